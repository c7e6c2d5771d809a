// Series of two states, 0 and 1, which most devices send only when they change: a state holds until the next reading, and
// the last one until now. So they are drawn as steps, and their mean is one by time.
import type { Metric } from "../../../shared/device.ts";
import type { Bucket } from "../../../shared/reading.ts";
import { usualDistanceMs } from "./gaps.ts";

/** Whether zeros and ones of a metric may be states: not where people said what else they are, or where they have a unit. */
export function mayBeStates({ kind, unit }: Pick<Metric, "kind" | "unit">): boolean {
  return kind === "state" || (kind === undefined && unit === undefined);
}

/** Whether there is nothing but zeros and ones. */
export function isOnOff(buckets: readonly Bucket[]): boolean {
  return buckets.every(({ min, max }) => isState(min) && isState(max));
}

export function isState(value: number): boolean {
  return value === 0 || value === 1;
}

/** Fewer readings show no period. */
export const MIN_PERIODIC_BUCKETS = 10;
/** The least fraction of distances near the usual one. */
const PERIODIC_SHARE = 0.9;
const PERIOD_TOLERANCE = 1.5;

/** Whether states are sent at regular times, changed or not: then a pause is a gap, not a lasting state. */
export function isPeriodic(buckets: readonly Bucket[], stepMs: number): boolean {
  if (buckets.length < MIN_PERIODIC_BUCKETS) return false;
  const longestMs = PERIOD_TOLERANCE * Math.max(stepMs, usualDistanceMs(buckets));
  const regular = buckets.filter(({ t }, index) => t - (buckets[index - 1]?.t ?? t) <= longestMs);
  return regular.length >= PERIODIC_SHARE * buckets.length;
}

/** The most of the span in which the state may be unknown. */
const MAX_UNCLEAR_SHARE = 0.01;

/**
 * Whether too much is unclear of for how long two states held: in a bucket with both, and behind one until the next, unless that has
 * one state, which then is a change.
 */
export function isUnclear(buckets: readonly Bucket[], stepMs: number, spanMs: number): boolean {
  const both = buckets.map(({ min, max }) => min !== max);
  const isBehindUnclear = both.some((isBoth, index) => isBoth && both[index + 1] === true);
  return isBehindUnclear || both.filter(Boolean).length * stepMs > MAX_UNCLEAR_SHARE * spanMs;
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** The state at the start of the span, if known. */
  readonly before: number | undefined;
  /** The state at its end, if known more precisely than from the last bucket. */
  readonly last: number | undefined;
}

/** The states one after the other, each from its `t` to that of the next, the last to the end of the span. */
export function heldStates(buckets: readonly Bucket[], { startMs, endMs, stepMs, before, last }: Span): Bucket[] {
  const states: Bucket[] = [];
  if (before !== undefined && (buckets[0]?.t ?? endMs) > startMs) states.push(stateAt(startMs, before));
  for (const [index, bucket] of buckets.entries()) {
    const next = buckets[index + 1];
    states.push(bucket);
    const bucketEndMs = bucket.t + stepMs;
    // It holds both states: which one it leaves behind counts until the next reading.
    if (bucket.min !== bucket.max && bucketEndMs < (next?.t ?? endMs))
      states.push(stateAt(bucketEndMs, endState(bucket, next, last)));
  }
  return states;
}

/** Of states that hold until the next; the last until `endMs`. */
export function meanByTime(states: readonly Bucket[], endMs: number): number {
  let [area, heldMs] = [0, 0];
  for (const [index, { t, avg }] of states.entries()) {
    const forMs = Math.max(0, (states[index + 1]?.t ?? endMs) - t);
    area += avg * forMs;
    heldMs += forMs;
  }
  return heldMs === 0 ? (states.at(-1)?.avg ?? 0) : area / heldMs;
}

/** The state at the end of a bucket. Where it held both, the reading that follows a pause is a change from it. */
export function endState({ min, max, avg }: Bucket, next: Bucket | undefined, last: number | undefined): number {
  if (min === max) return max;
  if (next === undefined) return last ?? Math.round(avg);
  return next.min === next.max ? 1 - next.min : Math.round(avg);
}

export function stateAt(t: number, value: number): Bucket {
  return { t, min: value, max: value, avg: value, n: 1 };
}
