// Puts the readings of a batch into the order of their keys, which databases like best, and keeps of each key the last reading.
import type { ReadingColumns } from "../dialect.ts";

export function inKeyOrder({ series, tsMs, values }: ReadingColumns): ReadingColumns {
  const order = Uint32Array.from(series.keys()).sort(
    (a, b) => (series[a] ?? 0) - (series[b] ?? 0) || (tsMs[a] ?? 0) - (tsMs[b] ?? 0) || a - b,
  );
  let count = 0;
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    const next = order[at + 1];
    const isReplaced = next !== undefined && series[next] === series[row] && tsMs[next] === tsMs[row];
    if (!isReplaced) order[count++] = row;
  }
  const kept = order.subarray(0, count);
  return {
    series: Int32Array.from(kept, (row) => series[row] ?? 0),
    tsMs: Float64Array.from(kept, (row) => tsMs[row] ?? 0),
    values: Float64Array.from(kept, (row) => values[row] ?? 0),
  };
}
