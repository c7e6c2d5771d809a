// The time ranges that a device's charts can show.
import type { Device } from "../../shared/device.ts";

export const RANGE_OPTIONS = [
  ["live", "Live"],
  ["1h", "1 h"],
  ["24h", "24 h"],
  ["7d", "7 d"],
] as const;

export type RangeName = (typeof RANGE_OPTIONS)[number][0];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const RANGE_SPAN_MS: Readonly<Record<RangeName, number>> = {
  live: 5 * MINUTE_MS,
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
};

/** A new device opens on live: its few readings would be a dot at the edge of an hour. */
export function initialRange({ firstSeenMs }: Device, nowMs: number): RangeName {
  return nowMs - firstSeenMs < 15 * MINUTE_MS ? "live" : "1h";
}
