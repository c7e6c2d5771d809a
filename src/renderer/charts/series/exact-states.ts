// A bucket tells of two states how often they came, and not when each began and for how long it held. Where a series of states has
// few readings, they take the place of its buckets.
import type { Chart, ReadingsPage } from "../../../shared/api.ts";
import { isOnOff, isPeriodic, MIN_PERIODIC_BUCKETS, stateAt } from "./on-off.ts";

/** Of more, a chart would take too long to draw. */
export const MAX_STATE_READINGS = 4_000;
/** A bucket that is not longer says well enough when a state began. */
const FINE_STEP_MS = 1_000;

export function needsReadings({ stepMs, buckets }: Chart): boolean {
  const count = buckets.reduce((sum, { n }) => sum + n, 0);
  const isSeen = (state: number) => buckets.some(({ min, max }) => min === state || max === state);
  return stepMs > FINE_STEP_MS && count <= MAX_STATE_READINGS && isOnOff(buckets) && isSeen(0) && isSeen(1);
}

/** So many show whether they come at regular times. */
export const READINGS_BEFORE = MIN_PERIODIC_BUCKETS;

/**
 * The state at the start of a chart's time, by the last readings before it, newest first; null where it is unknown: there are none,
 * or they came at regular times, so that what is missing since is a gap.
 */
export function stateBefore(readings: ReadingsPage["readings"]): number | null {
  const states = readings.toReversed().map(({ ts, value }) => stateAt(ts, value));
  const last = states.at(-1);
  return last === undefined || !isOnOff(states) || isPeriodic(states, 1) ? null : last.avg;
}

/** Each reading is a bucket of its own. */
export function withReadings(chart: Chart, readings: ReadingsPage["readings"]): Chart {
  const inOrder = readings.toSorted((a, b) => a.ts - b.ts);
  return { ...chart, stepMs: 1, buckets: inOrder.map(({ ts, value }) => stateAt(ts, value)) };
}
