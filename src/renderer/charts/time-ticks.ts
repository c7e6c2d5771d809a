// Ticks of a time axis at round moments of the person's own clock, also across a change to or from summer time.
import { formatMinute, formatWeekday } from "../i18n/times.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const stepsMs = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14].map((days) => days * DAY_MS),
];

export interface TimeTick {
  readonly value: number;
  readonly label: string;
}

/** At most about `most` ticks. */
export function timeTicks(fromMs: number, toMs: number, most: number): TimeTick[] {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? 28 * DAY_MS;
  const start = new Date(fromMs);
  const ticks: TimeTick[] = [];
  for (let sinceMidnightMs = 0; ; sinceMidnightMs += stepMs) {
    // The calendar, not the clock, adds up here: the day that loses an hour still has its noon at noon.
    const value = new Date(start.getFullYear(), start.getMonth(), start.getDate(), 0, 0, 0, sinceMidnightMs).getTime();
    if (value > toMs) return ticks;
    if (value >= fromMs && value !== ticks.at(-1)?.value) ticks.push({ value, label: label(value, stepMs) });
  }
}

function label(ms: number, stepMs: number): string {
  const isMidnight = new Date(ms).getHours() === 0 && new Date(ms).getMinutes() === 0;
  return stepMs >= DAY_MS || isMidnight ? formatWeekday(ms) : formatMinute(ms);
}
