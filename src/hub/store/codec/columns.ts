// Small operations on the columns of one series.
import type { Columns } from "./chunk-codec.ts";

export const NO_READINGS: Columns = { tsMs: new Float64Array(), values: new Float64Array() };

/** Index of the first time that is not before `tsMs`. */
export function lowerBound(times: Float64Array, tsMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < tsMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value at `atMs`, or null. */
export function valueIn({ tsMs, values }: Columns, atMs: number): number | null {
  const row = lowerBound(tsMs, atMs);
  return tsMs[row] === atMs ? (values[row] ?? null) : null;
}

/** The readings with `fromMs <= t < toMs`; a view, not a copy. */
export function sliceByTime({ tsMs, values }: Columns, fromMs: number, toMs: number): Columns {
  const start = lowerBound(tsMs, fromMs);
  const end = lowerBound(tsMs, toMs);
  return sliceRows({ tsMs, values }, start, end);
}

/** Rows `start` to `end`, that one not included; a view, not a copy. */
export function sliceRows({ tsMs, values }: Columns, start: number, end: number): Columns {
  return { tsMs: tsMs.subarray(start, end), values: values.subarray(start, end) };
}

/** Both by time; where both have a reading at one time, that of `newer`. */
export function mergeColumns(older: Columns, newer: Columns): Columns {
  if (newer.tsMs.length === 0) return older;
  if (older.tsMs.length === 0) return newer;
  const tsMs = new Float64Array(older.tsMs.length + newer.tsMs.length);
  const values = new Float64Array(tsMs.length);
  // Often one follows the other, or a few fall among many: what lies outside of `newer` is copied as it stands.
  let a = lowerBound(older.tsMs, newer.tsMs[0] ?? 0);
  tsMs.set(older.tsMs.subarray(0, a));
  values.set(older.values.subarray(0, a));
  let count = a;
  for (let b = 0; b < newer.tsMs.length; ) {
    const newerMs = newer.tsMs[b] ?? 0;
    const olderMs = older.tsMs[a] ?? Number.POSITIVE_INFINITY;
    const takeNewer = newerMs <= olderMs;
    tsMs[count] = takeNewer ? newerMs : olderMs;
    values[count++] = (takeNewer ? newer.values[b] : older.values[a]) ?? 0;
    if (olderMs <= newerMs) a++;
    if (takeNewer) b++;
  }
  tsMs.set(older.tsMs.subarray(a), count);
  values.set(older.values.subarray(a), count);
  return sliceRows({ tsMs, values }, 0, count + older.tsMs.length - a);
}
