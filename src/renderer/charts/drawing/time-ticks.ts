// Ticks of a time axis at round local times, also across daylight-saving changes.
import { formatMinute, formatWeekday } from "../../i18n/times.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14].map((days) => days * DAY_MS),
];

export interface TimeTick {
  readonly value: number;
  readonly label: string;
}

/** About `maxTicks` at most. */
export function timeTicks(fromMs: number, toMs: number, maxTicks: number): TimeTick[] {
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= maxTicks) ?? 28 * DAY_MS;
  const start = new Date(fromMs);
  const ticks: TimeTick[] = [];
  for (let sinceMidnightMs = 0; ; sinceMidnightMs += stepMs) {
    // Calendar arithmetic, not milliseconds: a day that loses an hour still has its noon tick at noon.
    const value = new Date(start.getFullYear(), start.getMonth(), start.getDate(), 0, 0, 0, sinceMidnightMs).getTime();
    if (value > toMs) return ticks;
    if (value >= fromMs && value !== ticks.at(-1)?.value) ticks.push({ value, label: label(value, stepMs) });
  }
}

function label(ms: number, stepMs: number): string {
  const isMidnight = new Date(ms).getHours() === 0 && new Date(ms).getMinutes() === 0;
  return stepMs >= DAY_MS || isMidnight ? formatWeekday(ms) : formatMinute(ms);
}
