// Milliseconds UTC -> ISO 8601 in a time zone, fast enough for millions of rows.

/** Offsets change on quarter hours only; within one, arithmetic does. */
const QUARTER_HOUR_MS = 900_000;
const ISO_OFFSET = /(?:Z|[+-]\d\d:\d\d)$/;

/** Looking a zone up takes as long as all else that a short request takes, and most ask for the same one. */
const knownZones = new Set(["UTC"]);
const MAX_KNOWN_ZONES = 100;

/** True for an IANA time zone such as `Europe/Berlin`, or `UTC`. */
export function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return false;
  }
  if (knownZones.size < MAX_KNOWN_ZONES) knownZones.add(name);
  return true;
}

/** Writes times such as `2026-01-31 13:00:00.000`: local time in the zone, as spreadsheets read it. */
export function localTimeFormatter(timeZone: string): (tsMs: number) => string {
  const format = zonedTimeFormatter(timeZone);
  return (tsMs) => format(tsMs).replace("T", " ").replace(ISO_OFFSET, "");
}

/** Writes times such as `2026-01-31T13:00:00.000+01:00`, in UTC with a `Z`. */
export function zonedTimeFormatter(timeZone: string): (tsMs: number) => string {
  if (timeZone === "UTC") return (tsMs) => new Date(tsMs).toISOString();
  const find = offsetFinder(timeZone);
  return (tsMs) => {
    const offset = find(tsMs);
    return new Date(tsMs + offset.ms).toISOString().slice(0, -1) + offset.text;
  };
}

/** How far the zone is ahead of UTC at a time, in milliseconds and as ISO 8601 writes it. */
export function offsetFinder(timeZone: string): (tsMs: number) => { readonly ms: number; readonly text: string } {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  let quarter = Number.NaN;
  let offset = { ms: 0, text: "" };
  return (tsMs) => {
    const quarterOfTs = Math.floor(tsMs / QUARTER_HOUR_MS);
    if (quarterOfTs !== quarter) {
      quarter = quarterOfTs;
      offset = offsetAt(format, tsMs);
    }
    return offset;
  };
}

function offsetAt(format: Intl.DateTimeFormat, tsMs: number): { readonly ms: number; readonly text: string } {
  // "GMT", "GMT+01:00", "GMT-03:30"; old local mean times have seconds too, which ISO 8601 cannot write.
  const name = format.formatToParts(tsMs).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign = "+", hours = "00", minutes = "00"] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { ms: sign === "-" ? -ms : ms, text: `${sign}${hours}:${minutes}` };
}
