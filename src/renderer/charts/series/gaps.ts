// Finds the gaps of a series: a line drawn across one would show readings that were never taken.
import type { Bucket } from "../../../shared/reading.ts";

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Runs {
  /** The buckets between the gaps; none is empty. */
  readonly runs: readonly (readonly Bucket[])[];
  readonly gaps: readonly Gap[];
}

/** Neighbours further apart than this many distances of the stretch around them have a gap between them. */
const GAP_TOLERANCE = 4;
/** Distances on each side from which the local pace is estimated. */
const PACE_DISTANCES = 8;
/** Fewer distances show no pace. */
const MIN_DISTANCES = 3;
/** The quantile of the distances that is the pace: an irregular sensor has some long pauses, and there may be a gap. */
const PACE_SHARE = 0.75;

/**
 * A device may change its pace: a pause is held against the slower of the stretches before and after it, so that the change
 * itself is no gap.
 */
export function splitAtGaps(buckets: readonly Bucket[], stepMs: number, endMs: number): Runs {
  const distances = buckets.slice(1).map(({ t }, index) => t - (buckets[index]?.t ?? t));
  const longestMs = (index: number) =>
    GAP_TOLERANCE *
    Math.max(
      stepMs,
      paceMs(distances.slice(Math.max(0, index - PACE_DISTANCES), index)),
      paceMs(distances.slice(index + 1, index + 1 + PACE_DISTANCES)),
    );
  const runs: Bucket[][] = [];
  const gaps: Gap[] = [];
  for (const [index, bucket] of buckets.entries()) {
    const before = buckets[index - 1];
    const isApart =
      before !== undefined && bucket.t - before.t > longestMs(index - 1) && distances.length >= MIN_DISTANCES;
    const run = runs.at(-1);
    if (run === undefined || isApart) runs.push([bucket]);
    else run.push(bucket);
    if (isApart) gaps.push({ fromMs: before.t, toMs: bucket.t });
  }
  const last = buckets.at(-1);
  if (last !== undefined && distances.length >= MIN_DISTANCES && endMs - last.t > longestMs(distances.length))
    gaps.push({ fromMs: last.t, toMs: endMs });
  return { runs, gaps };
}

/** 0 without distances: the other side counts then. */
function paceMs(distances: readonly number[]): number {
  const sorted = distances.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * PACE_SHARE) - 1] ?? 0;
}

/** The median distance; infinite for fewer than two buckets, which have no rate that could show a gap. */
export function usualDistanceMs(buckets: readonly Bucket[]): number {
  const distances = buckets.slice(1).map(({ t }, index) => t - (buckets[index]?.t ?? t));
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? Number.POSITIVE_INFINITY;
}
