// Clock times and dates in the person's own locale and time zone; the words around them are English like the rest.

const dated = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options);
const millisecond = dated({ hour: "numeric", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const minute = dated({ timeStyle: "short" });
const weekday = dated({ weekday: "short", day: "numeric" });
const dayAndMinute = dated({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const dayAndSecond = dated({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit", second: "2-digit" });
const fullDate = dated({ day: "numeric", month: "long", year: "numeric" });

export const formatMillisecond = (ms: number): string => millisecond.format(ms);
export const formatMinute = (ms: number): string => minute.format(ms);
export const formatWeekday = (ms: number): string => weekday.format(ms);
export const formatDate = (ms: number): string => fullDate.format(ms);

/** Seconds are said only where the time is known that well. */
export function formatInstant(ms: number, precisionMs: number): string {
  return (precisionMs < 60_000 ? dayAndSecond : dayAndMinute).format(ms);
}

/** The clock time alone today, with its date before. */
export function formatMoment(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? minute : dayAndMinute).format(ms);
}

const spans = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `2 h`, in the largest unit that fits. */
export function formatSpan(spanMs: number): string {
  const [unit, unitMs] = spans.find(([, ms]) => spanMs >= ms) ?? ["ms", 1];
  return `${Math.floor(spanMs / unitMs)}\u202f${unit}`;
}

/** `2 h ago`. A moment that lies ahead, by a clock that differs, is `just now`. */
export function formatAgo(ms: number, nowMs: number): string {
  return nowMs - ms < 1_000 ? "just now" : `${formatSpan(nowMs - ms)} ago`;
}

/** `+31 ms`, `+2.4 s`: how long after the moment before. */
export function formatLater(ms: number): string {
  return ms < 1_000 ? `+${ms}\u202fms` : `+${(ms / 1_000).toFixed(1)}\u202fs`;
}

export const ownTimeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;
