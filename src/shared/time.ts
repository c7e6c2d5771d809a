// Times as devices and people write them -> milliseconds since 1970 UTC; and how long a day is.

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Unambiguous, so that matching is linear. */
const PLAIN_DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** True for text such as `25.5`, `-3` or `.5`: digits and one point, no exponent. */
export function isPlainDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text);
}

/**
 * The time that a device sent: a number below 1e11 is seconds, below 1e14 milliseconds, below 1e17 microseconds, else
 * nanoseconds; a text is such a number or ISO 8601 (no offset means UTC). Undefined when it is no time.
 */
export function parseDeviceTimeMs(value: unknown): number | undefined {
  if (typeof value === "number") return epochToMs(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return isPlainDecimal(text) ? epochToMs(Number(text)) : parseIsoMs(text);
}

/** Whether a time is a date and a time of day without an offset or Z: its zone is unknown. */
export function hasNoOffset(value: unknown): boolean {
  return typeof value === "string" && ISO_8601.exec(value.trim())?.[8] === undefined && !isPlainDecimal(value.trim());
}

/** A time in a query: milliseconds UTC or ISO 8601. Undefined when it is neither. */
export function parseQueryTimeMs(text: string): number | undefined {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  // A "+" of an offset that was not escaped arrives as a space.
  return parseIsoMs(text.replace(/ (\d\d:?\d\d)$/, "+$1"));
}

function epochToMs(value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const size = Math.abs(value);
  if (size < 1e11) return Math.round(value * 1e3);
  if (size < 1e14) return Math.round(value);
  if (size < 1e17) return Math.round(value / 1e3);
  return Math.round(value / 1e6);
}

function parseIsoMs(text: string): number | undefined {
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset = "Z"] = match;
  const [y, mo, d, h, mi, s] = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)];
  // Date.UTC interprets the year 50 as 1950.
  const midnightMs = y < 100 ? new Date(0).setUTCFullYear(y, mo - 1, d) : Date.UTC(y, mo - 1, d);
  // A day that the month does not have rolls over into another month.
  if (new Date(midnightMs).getUTCMonth() !== mo - 1 || h > 23 || mi > 59 || s > 59) return undefined;
  const offsetMinutes = parseOffsetMinutes(offset);
  if (offsetMinutes === undefined) return undefined;
  const seconds = (h * 60 + mi - offsetMinutes) * 60 + s + Number(`0.${fraction || "0"}`);
  return midnightMs + Math.round(seconds * 1_000);
}

function parseOffsetMinutes(offset: string): number | undefined {
  if (/^z$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
