// How finely the values of a chart have to be written so that neighbours can be told apart.
import type { Bucket } from "../../shared/reading.ts";

/** A finer difference than this fraction of the range cannot be seen on a chart. */
const SEEN_FRACTION = 1 / 500;
/** Differences of about the last bits of a double come from arithmetic. */
const DOUBLE_NOISE_RATIO = 4e-16;

/** A power of ten: the median difference of neighbours that differ. Undefined where all are the same. */
export function resolutionOf(buckets: readonly Bucket[]): number | undefined {
  const differences: number[] = [];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, bucket] of buckets.entries()) {
    min = Math.min(min, bucket.min);
    max = Math.max(max, bucket.max);
    // Of the least values, which are readings: means differ by less than any reading.
    const difference = Math.abs(bucket.min - (buckets[index - 1] ?? bucket).min);
    if (difference > Math.abs(bucket.min) * DOUBLE_NOISE_RATIO) differences.push(difference);
  }
  // Within one bucket.
  if (differences.length === 0 && max > min) differences.push(max - min);
  const median = differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)];
  if (median === undefined) return undefined;
  const seen = Math.max(median, max * SEEN_FRACTION - min * SEEN_FRACTION);
  return 10 ** Math.floor(Math.log10(seen) + 1e-9);
}
