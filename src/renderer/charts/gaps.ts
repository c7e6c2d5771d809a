// Finds the gaps of a series: a line drawn across one would show readings that were never taken.
import type { Bucket } from "../../shared/reading.ts";

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Runs {
  /** The buckets between the gaps; none is empty. */
  readonly runs: readonly (readonly Bucket[])[];
  readonly gaps: readonly Gap[];
}

/** Neighbours further apart than this many usual distances have a gap between them. */
const GAP_TOLERANCE = 4;

export function splitAtGaps(buckets: readonly Bucket[], stepMs: number, endMs: number): Runs {
  const longestMs = GAP_TOLERANCE * Math.max(stepMs, usualDistanceMs(buckets));
  const runs: Bucket[][] = [];
  const gaps: Gap[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    const run = runs.at(-1);
    if (run !== undefined && bucket.t - lastMs <= longestMs) run.push(bucket);
    else runs.push([bucket]);
    if (run !== undefined && bucket.t - lastMs > longestMs) gaps.push({ fromMs: lastMs, toMs: bucket.t });
    lastMs = bucket.t;
  }
  if (runs.length > 0 && endMs - lastMs > longestMs) gaps.push({ fromMs: lastMs, toMs: endMs });
  return { runs, gaps };
}

/** The median distance; infinite for fewer than two buckets, which have no rate that could show a gap. */
export function usualDistanceMs(buckets: readonly Bucket[]): number {
  const distances = buckets.slice(1).map(({ t }, index) => t - (buckets[index]?.t ?? t));
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? Number.POSITIVE_INFINITY;
}
