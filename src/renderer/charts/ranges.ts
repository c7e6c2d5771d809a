// The stretches of time that a device's charts can show.
import type { Device } from "../../shared/device.ts";

export const rangeChoices = [
  ["live", "Live"],
  ["1h", "1 h"],
  ["24h", "24 h"],
  ["7d", "7 d"],
] as const;

export type RangeName = (typeof rangeChoices)[number][0];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const rangeSpanMs: Readonly<Record<RangeName, number>> = {
  live: 5 * MINUTE_MS,
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
};

/** The first readings of a new device are seen growing into a chart; an hour of them would be a dot at its edge. */
export function rangeAtFirst({ firstSeenMs }: Device, nowMs: number): RangeName {
  return nowMs - firstSeenMs < 15 * MINUTE_MS ? "live" : "1h";
}
