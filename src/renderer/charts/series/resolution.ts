// The precision in which the values of a chart have to be written so that neighbours differ.
import type { Bucket } from "../../../shared/reading.ts";
import { usualResolution } from "../../i18n/numbers.ts";

/** Readings with more decimals than this are results of arithmetic. */
const MAX_SENSOR_DECIMALS = 4;
/** A finer difference than this fraction of the range cannot be seen on a chart. */
const SEEN_FRACTION = 1 / 500;
/** Differences of about the last bits of a double come from arithmetic. */
const DOUBLE_NOISE_RATIO = 4e-16;
/** A sensor's digits with the errors of a few sums and products behind them. */
const SENSOR_NOISE_RATIO = 4e-15;

/** A power of ten: the last digit of the readings where they have few, else `visibleResolution`; undefined where unknown. */
export function resolutionOf(buckets: readonly Bucket[]): number | undefined {
  const known = sensorResolution(buckets);
  if (known !== undefined) return known;
  const visible = visibleResolution(buckets);
  const size = Math.max(...buckets.map(({ min, max }) => Math.max(Math.abs(min), Math.abs(max))));
  return visible === undefined ? undefined : Math.min(visible, usualResolution(size));
}

/** The last digit that its readings have; undefined where they have many, as results of arithmetic do. */
function sensorResolution(buckets: readonly Bucket[]): number | undefined {
  if (buckets.length === 0) return undefined;
  let most = 0;
  for (const { min, max } of buckets) {
    most = Math.max(most, decimalsOf(min), decimalsOf(max));
    if (most > MAX_SENSOR_DECIMALS) return undefined;
  }
  return 10 ** -most;
}

function decimalsOf(value: number): number {
  let power = 1;
  for (let decimals = 0; decimals <= MAX_SENSOR_DECIMALS; decimals++) {
    if (Math.abs(Math.round(value * power) / power - value) <= Math.abs(value) * SENSOR_NOISE_RATIO) return decimals;
    power *= 10;
  }
  return MAX_SENSOR_DECIMALS + 1;
}

/** A power of ten: the median difference of neighbours that differ. Undefined where all are the same. */
function visibleResolution(buckets: readonly Bucket[]): number | undefined {
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
