// Times in files of programs and people -> milliseconds UTC, or local time.
import type { TimeForm } from "../../shared/history/import.ts";

export type ReadTime =
  | { readonly kind: "utc"; readonly ms: number }
  /** Local time of a zone that is not named, as if it were UTC. */
  | { readonly kind: "local"; readonly ms: number }
  | { readonly kind: "no-time" }
  /** It would be a time with day and month the other way round. */
  | { readonly kind: "wrong-order" };

type EpochForm = Extract<TimeForm, `epoch-${string}`>;

const EPOCH_FACTORS: Readonly<Record<EpochForm, number>> = {
  "epoch-s": 1_000,
  "epoch-ms": 1,
  "epoch-us": 1e-3,
  "epoch-ns": 1e-6,
};

// Unambiguous, so that matching is linear.
const HALF = "AM|PM|A\\.M\\.|P\\.M\\.|오전|오후";
const CLOCK = `(?:(${HALF}) ?)?(\\d{1,2}):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?(?: ?(${HALF}))?`;
const TIME_OF_DAY = `(?:(?:T|, ?|\\.? )${CLOCK}(?: ?(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?))?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})(?:-|/|\\. ?)(\\d{1,2})(?:-|/|\\. ?)(\\d{1,2})\\.?${TIME_OF_DAY}$`, "i");
const YEAR_LAST = new RegExp(`^(\\d{1,2})(?:-|/|\\. ?)(\\d{1,2})(?:-|/|\\. ?)(\\d{4}|\\d\\d)${TIME_OF_DAY}$`, "i");
const CLOCK_ALONE = new RegExp(`^${CLOCK}$`, "i");
const NUMBER = /^\d{1,19}(?:[.,]\d{1,9})?$/;
const AFTERNOON = /^(?:PM|P\.M\.|오후)$/i;
const NO_TIME: ReadTime = { kind: "no-time" };

/** Reads a text in the form; years first are read in every form that is no number. */
export function readTime(text: string, form: TimeForm): ReadTime {
  if (isEpochForm(form)) {
    if (!NUMBER.test(text)) return NO_TIME;
    return { kind: "utc", ms: Math.round(Number(text.replace(",", ".")) * EPOCH_FACTORS[form]) };
  }
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return timeOf(yearFirst, [1, 2, 3]) ?? NO_TIME;
  const yearLast = form === "iso" ? null : YEAR_LAST.exec(text);
  if (yearLast === null) return NO_TIME;
  const [dayFirst, monthFirst] = [[3, 2, 1] as const, [3, 1, 2] as const];
  const isDayFirst = form === "day-first";
  const read = timeOf(yearLast, isDayFirst ? dayFirst : monthFirst);
  if (read !== null) return read;
  return timeOf(yearLast, isDayFirst ? monthFirst : dayFirst) === null ? NO_TIME : { kind: "wrong-order" };
}

export function isEpochForm(form: TimeForm): form is EpochForm {
  return form.startsWith("epoch-");
}

/** A date, with or without a time of day. */
export function isDateText(text: string): boolean {
  return YEAR_FIRST.test(text) || YEAR_LAST.test(text);
}

/** A date without a time of day. */
export function isDateAlone(text: string): boolean {
  return isDateText(text) && !text.includes(":");
}

/** Whether a text is a time of day without a date. */
export function isClockText(text: string): boolean {
  return CLOCK_ALONE.test(text);
}

/** The first two numbers of a date that ends with its year; null for any other text. */
export function dayAndMonth(text: string): readonly [number, number] | null {
  const match = YEAR_LAST.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

/** The form of a number of so many seconds, or parts of them, that lies between 1990 and 2100; null for any other. */
export function epochFormOf(value: number): EpochForm | null {
  const forms: readonly EpochForm[] = ["epoch-s", "epoch-ms", "epoch-us", "epoch-ns"];
  return forms.find((form) => value * EPOCH_FACTORS[form] > 6.3e11 && value * EPOCH_FACTORS[form] < 4.2e12) ?? null;
}

/** Null where there is no such day, or no such time of day. */
function timeOf(match: RegExpExecArray, [yearAt, monthAt, dayAt]: readonly [number, number, number]): ReadTime | null {
  const [year = 0, month = 0, day = 0] = [yearAt, monthAt, dayAt].map((at) => Number(match[at]));
  const [, , , , before, hourText = "0", minute = "0", second = "0", fraction = "0", after, offset] = match;
  const hour = hourOf(Number(hourText), before ?? after);
  // Not Date.UTC, which takes the year 50 for 1950.
  const midnight = new Date(new Date(0).setUTCFullYear(year < 100 ? 2_000 + year : year, month - 1, day));
  // A day that the month does not have rolls over into another month.
  if (midnight.getUTCMonth() !== month - 1 || hour === null || Number(minute) > 59 || Number(second) > 59) return null;
  const seconds = (hour * 60 + Number(minute)) * 60 + Number(second);
  const ms = midnight.getTime() + seconds * 1_000 + Math.round(Number(`0.${fraction}`) * 1_000);
  if (offset === undefined) return { kind: "local", ms };
  const offsetMs = offsetOf(offset);
  return offsetMs === null ? null : { kind: "utc", ms: ms - offsetMs };
}

/** Of 24; null for an hour that there is not. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour > 23 ? null : hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (AFTERNOON.test(half) ? 12 : 0);
}

function offsetOf(text: string): number | null {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
