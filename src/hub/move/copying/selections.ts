// Selections of readings in which the other store may differ.
import { DAY_MS } from "../../../shared/time.ts";
import type { AppendMessage, ReadingSelection } from "../../store/readings.ts";

/** A reading without a time may be moved on while its millisecond is taken. */
const MAX_MOVED_ON_MS = 60_000;

/** Everything. */
export const ALL_READINGS: ReadingSelection = {
  devices: null,
  metrics: null,
  fromMs: Number.MIN_SAFE_INTEGER,
  toMs: Number.MAX_SAFE_INTEGER,
};

/** Days are counted from 1970, UTC. */
export function dayOf(tsMs: number): number {
  return Math.floor(tsMs / DAY_MS);
}

export function wholeDay(day: number): ReadingSelection {
  return { ...ALL_READINGS, fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
}

/** The days on which the readings of a message will be. */
export function daysOf({ readings, receivedAtMs }: AppendMessage): number[] {
  const days: number[] = [];
  const add = (tsMs: number) => {
    const day = dayOf(tsMs);
    if (!days.includes(day)) days.push(day);
  };
  for (const { tsMs } of readings) {
    add(tsMs ?? receivedAtMs);
    if (tsMs === null) add(receivedAtMs + MAX_MOVED_ON_MS);
  }
  return days;
}

/** Whether a reading of the message may be one of the selection. */
export function concerns(
  { devices, metrics, fromMs, toMs }: ReadingSelection,
  { readings, receivedAtMs }: AppendMessage,
): boolean {
  return readings.some(
    ({ device, metric, tsMs }) =>
      (tsMs ?? receivedAtMs) >= fromMs &&
      (tsMs ?? receivedAtMs) < toMs &&
      (devices === null || devices.includes(device)) &&
      (metrics === null || metrics.includes(metric)),
  );
}
