// A bucket that holds both of two states tells how often they came, not for how long each held. Where a series of states has few
// readings, they take the place of its buckets.
import type { Chart, ReadingsPage } from "../../../shared/api.ts";
import { isOnOff, isUnclear, stateAt } from "./on-off.ts";

/** Of more, a chart would take too long to draw. */
export const MAX_STATE_READINGS = 4_000;

export function needsReadings({ from, to, stepMs, buckets }: Chart): boolean {
  const count = buckets.reduce((sum, { n }) => sum + n, 0);
  return count <= MAX_STATE_READINGS && isOnOff(buckets) && isUnclear(buckets, stepMs, to - from);
}

/** Each reading is a bucket of its own. */
export function withReadings(chart: Chart, readings: ReadingsPage["readings"]): Chart {
  const inOrder = readings.toSorted((a, b) => a.ts - b.ts);
  return { ...chart, stepMs: 1, buckets: inOrder.map(({ ts, value }) => stateAt(ts, value)) };
}
