// The common part of the adapters' buckets: the slots of rollups, ranges that are cut out of them, and the buckets of a chart.
import type { Bucket } from "../../../shared/reading.ts";
import { HOUR_MS, MINUTE_MS } from "../../../shared/time.ts";
import type { Summary } from "../codec/summary.ts";
import type { BucketQuery } from "../readings.ts";

/**
 * Lengths of a slot, each a multiple of the one before, and so close that a chart's bucket is one, two or three of them:
 * from a cold disk every page counts.
 */
export const ROLLUP_STEPS_MS = [
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  72 * HOUR_MS,
] as const;
export type RollupStepMs = (typeof ROLLUP_STEPS_MS)[number];
export const [SHORTEST_STEP_MS] = ROLLUP_STEPS_MS;

type Grid = Pick<BucketQuery, "originMs" | "stepMs">;

/** The longest slots that buckets are made of; undefined where they are computed from readings. */
export function rollupStepOf({ originMs, stepMs }: Grid): RollupStepMs | undefined {
  return ROLLUP_STEPS_MS.findLast((step) => stepMs % step === 0 && originMs % step === 0);
}

/** Buckets of summaries by their index in the grid, oldest first. */
export function bucketsOf(
  summaries: ReadonlyMap<number, Summary>,
  { fromMs, originMs, stepMs }: Grid & Pick<BucketQuery, "fromMs">,
): Bucket[] {
  return [...summaries]
    .sort(([a], [b]) => a - b)
    .map(([index, { count, min, max, mean }]) => ({
      t: Math.max(fromMs, originMs + index * stepMs),
      min,
      max,
      avg: mean,
      n: count,
    }));
}

/** Half-open: slots, or milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The same stretches, joined where they touch, without empty ones. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const apart: { readonly from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) apart.push({ from, to });
  }
  return apart;
}
