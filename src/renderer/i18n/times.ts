// Times and dates in the locale and time zone of the browser, and spans in the window's language.
import { times as en } from "./en/times.ts";
import { times as ko } from "./ko/times.ts";
import { language, locale } from "./language.ts";

const t: typeof en = { en, ko }[language];

const dated = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
const minute = dated({ timeStyle: "short" });

/** Of a clock that counts to 24, both digits: `Intl` writes 03:06 where the time stands alone, and 3:06 beside a day. */
export function hourOf(name: string): "2-digit" | "numeric" {
  const { hourCycle } = new Intl.DateTimeFormat(name, { timeStyle: "short" }).resolvedOptions();
  return hourCycle === "h23" ? "2-digit" : "numeric";
}

export const HOUR = hourOf(locale);
const millisecond = dated({ hour: HOUR, minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const dayAndMillisecond = withDay({
  hour: HOUR,
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dayAndMinute = withDay({ hour: HOUR, minute: "2-digit" });
const dayAndSecond = withDay({ hour: HOUR, minute: "2-digit", second: "2-digit" });
const exact = dated({ dateStyle: "medium", timeStyle: "medium" });
const fullDate = dated({ day: "numeric", month: "long", year: "numeric" });

/** Day and time, of another year with that. */
function withDay(time: Intl.DateTimeFormatOptions): { format(ms: number, nowMs: number): string } {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", ...time };
  const ofThisYear = dated(options);
  let ofOthers: Intl.DateTimeFormat | undefined;
  return {
    format(ms, nowMs) {
      if (new Date(ms).getFullYear() === new Date(nowMs).getFullYear()) return ofThisYear.format(ms);
      ofOthers ??= dated({ year: "numeric", ...options });
      return ofOthers.format(ms);
    },
  };
}

export const formatMinute = (ms: number): string => minute.format(ms);
export const formatDate = (ms: number): string => fullDate.format(ms);

/** The exact time behind a time in words: date and time to the second. */
export const formatExact = (ms: number): string => exact.format(ms);

/** With seconds only where the precision is finer than a minute. The year is by this computer's clock: an error only shows it needlessly. */
export function formatInstant(ms: number, precisionMs: number): string {
  return (precisionMs < 60_000 ? dayAndSecond : dayAndMinute).format(ms, Date.now());
}

/** The time alone for today, else with the date. */
export function formatMoment(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return isToday ? minute.format(ms) : dayAndMinute.format(ms, nowMs);
}

/** To the millisecond: the time alone for today, else with the date. */
export function formatExactMoment(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return isToday ? millisecond.format(ms) : dayAndMillisecond.format(ms, nowMs);
}

const SPAN_UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `2 h`: in the largest unit that fits. */
export function formatSpan(spanMs: number): string {
  const [unit, unitMs] = SPAN_UNITS.find(([, ms]) => spanMs >= ms) ?? (["ms", 1] as const);
  return t.span(String(Math.floor(spanMs / unitMs)), unit);
}

/** `80 ms`, `1.4 s`, `12 min`. */
export function formatDuration(ms: number): string {
  return ms >= 1_000 && ms < 10_000 ? t.span(tenths.format(ms / 1_000), "s") : formatSpan(ms);
}

/** `2 h ago`; `just now` for a time ahead, where clocks differ. */
export function formatAgo(ms: number, nowMs: number): string {
  return nowMs - ms < 1_000 ? t.justNow : t.ago(formatSpan(nowMs - ms));
}

/** `+31 ms`, `+2.4 s`: the time since the step before. */
export function formatLater(ms: number): string {
  return `+${ms < 1_000 ? t.span(String(ms), "ms") : t.span(tenths.format(ms / 1_000), "s")}`;
}

export const OWN_TIME_ZONE: string = Intl.DateTimeFormat().resolvedOptions().timeZone;
