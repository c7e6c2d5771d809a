// Ticks of a time axis at round local times: of the clock, and of days, months and years, also across daylight-saving changes.
// Labels contain as much of the date as distinguishes them.
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../shared/time.ts";
import { locale } from "../../i18n/language.ts";
import { formatMinute, HOUR } from "../../i18n/times.ts";

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14].map((days) => days * DAY_MS),
];
const MONTH_MS = 30.44 * DAY_MS;
const MONTHS_PER_YEAR = 12;
const STEPS_IN_MONTHS = [1, 2, 3, 6, ...[1, 2, 5, 10, 20, 50].map((years) => years * MONTHS_PER_YEAR)];

export interface TimeTick {
  readonly value: number;
  readonly label: string;
}

const named = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
const second = named({ hour: HOUR, minute: "2-digit", second: "2-digit" });
const weekday = named({ weekday: "short", day: "numeric" });
const day = named({ day: "numeric", month: "short" });
const month = named({ month: "short" });
const year = named({ year: "numeric" });

/** About `maxTicks` at most. */
export function timeTicks(fromMs: number, toMs: number, maxTicks: number): TimeTick[] {
  const fits = (step: number) => (toMs - fromMs) / step <= maxTicks;
  const stepMs = STEPS_MS.find(fits);
  if (stepMs !== undefined) return clockTicks(fromMs, toMs, stepMs);
  const months = STEPS_IN_MONTHS.find((one) => fits(one * MONTH_MS)) ?? STEPS_IN_MONTHS.at(-1) ?? 1;
  return calendarTicks(fromMs, toMs, months);
}

function clockTicks(fromMs: number, toMs: number, stepMs: number): TimeTick[] {
  const start = new Date(fromMs);
  const clockMs = start.getHours() * HOUR_MS + start.getMinutes() * MINUTE_MS + start.getSeconds() * SECOND_MS;
  const ticks: TimeTick[] = [];
  // An hour that the clock shows twice has ticks both times.
  if (stepMs <= HOUR_MS) {
    const firstMs = fromMs - start.getMilliseconds() - (clockMs % stepMs);
    for (let value = firstMs; value <= toMs; value += stepMs)
      if (value >= fromMs) ticks.push({ value, label: labelOf(value, stepMs) });
    return ticks;
  }
  for (let sinceMidnightMs = Math.floor(clockMs / stepMs) * stepMs; ; sinceMidnightMs += stepMs) {
    // Calendar arithmetic, not milliseconds: a day that loses an hour still has its noon tick at noon.
    const value = new Date(start.getFullYear(), start.getMonth(), start.getDate(), 0, 0, 0, sinceMidnightMs).getTime();
    if (value > toMs) return ticks;
    if (value >= fromMs && value !== ticks.at(-1)?.value) ticks.push({ value, label: labelOf(value, stepMs) });
  }
}

function labelOf(ms: number, stepMs: number): string {
  if (stepMs > DAY_MS) return day.format(ms);
  const date = new Date(ms);
  if (stepMs === DAY_MS || (date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0))
    return weekday.format(ms);
  return stepMs < MINUTE_MS ? second.format(ms) : formatMinute(ms);
}

function calendarTicks(fromMs: number, toMs: number, stepMonths: number): TimeTick[] {
  const start = new Date(fromMs);
  const startMonth = start.getFullYear() * MONTHS_PER_YEAR + start.getMonth();
  const ticks: TimeTick[] = [];
  for (let at = Math.floor(startMonth / stepMonths) * stepMonths; ; at += stepMonths) {
    const value = new Date(Math.floor(at / MONTHS_PER_YEAR), at % MONTHS_PER_YEAR, 1).getTime();
    if (value > toMs) return ticks;
    if (value >= fromMs) ticks.push({ value, label: (at % MONTHS_PER_YEAR === 0 ? year : month).format(value) });
  }
}
