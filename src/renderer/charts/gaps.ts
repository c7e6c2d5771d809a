// Where a series has holes: a line drawn across one would claim readings that nobody took.
import type { Bucket } from "../../shared/reading.ts";

export interface Hole {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Course {
  /** The buckets between the holes; none is empty. */
  readonly runs: readonly (readonly Bucket[])[];
  readonly holes: readonly Hole[];
}

/** How many times the usual distance two neighbours may be apart. */
const TOLERANCE = 4;

export function courseOf(buckets: readonly Bucket[], stepMs: number, endMs: number): Course {
  const longestMs = TOLERANCE * Math.max(stepMs, usualDistanceMs(buckets));
  const runs: Bucket[][] = [];
  const holes: Hole[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    const run = runs.at(-1);
    if (run !== undefined && bucket.t - lastMs <= longestMs) run.push(bucket);
    else runs.push([bucket]);
    if (run !== undefined && bucket.t - lastMs > longestMs) holes.push({ fromMs: lastMs, toMs: bucket.t });
    lastMs = bucket.t;
  }
  if (runs.length > 0 && endMs - lastMs > longestMs) holes.push({ fromMs: lastMs, toMs: endMs });
  return { runs, holes };
}

/** The median; without end where there are no neighbours, since a lone reading tells of no rhythm that it broke. */
function usualDistanceMs(buckets: readonly Bucket[]): number {
  const distances = buckets.slice(1).map(({ t }, index) => t - (buckets[index]?.t ?? t));
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? Number.POSITIVE_INFINITY;
}
