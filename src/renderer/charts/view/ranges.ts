// The time ranges of charts: a span until now, all readings, or one that a person picks.
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../shared/time.ts";
import { pageText } from "../../i18n/page-text.ts";

export const RANGE_SPAN_MS = {
  live: 5 * MINUTE_MS,
  "1h": HOUR_MS,
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
  "1y": 365 * DAY_MS,
} as const;

export type RangeName = keyof typeof RANGE_SPAN_MS;
export type RangeChoice = RangeName | "all" | "custom";

const { live, hours, days, year, all, custom } = pageText.charts;

export const RANGE_OPTIONS: readonly (readonly [RangeName, string])[] = [
  ["live", live],
  ["1h", hours(1)],
  ["24h", hours(24)],
  ["7d", days(7)],
  ["30d", days(30)],
  ["1y", year],
];

export const CHOICE_OPTIONS: readonly (readonly [RangeChoice, string])[] = [
  ...RANGE_OPTIONS,
  ["all", all],
  ["custom", custom],
];

export const isRangeName = (name: string): name is RangeName => Object.hasOwn(RANGE_SPAN_MS, name);

/** A device first seen more recently opens on live: its few readings would be a dot at the edge of an hour. */
const NEW_DEVICE_MS = 15 * MINUTE_MS;

export function initialRange(firstSeenMs: number, nowMs: number): RangeName {
  return nowMs - firstSeenMs < NEW_DEVICE_MS ? "live" : "1h";
}
