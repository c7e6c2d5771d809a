// The readings of the journal in memory, by series: those that are in no chunk yet.
import type { BatchColumns } from "./batch.ts";
import type { Columns } from "./chunk-codec.ts";
import { mergeColumns, NO_READINGS } from "./columns.ts";

/** What came since somebody asked is put in order when somebody asks again: late readings cost no sort of the others. */
interface SeriesTail {
  /** By time, each time once. */
  sorted: Columns;
  /** As they came. */
  addedMs: number[];
  addedValues: number[];
}

export class Tail {
  readonly #series = new Map<number, SeriesTail>();
  #count = 0;

  /** Readings handed in, repeated ones too. */
  get count(): number {
    return this.#count;
  }

  get seriesCount(): number {
    return this.#series.size;
  }

  /** Ids of the series that have readings here. */
  get series(): Iterable<number> {
    return this.#series.keys();
  }

  /** Takes readings in, in the order in which they were acknowledged. */
  add(columns: BatchColumns): void {
    for (let row = 0; row < columns.series.length; row++) this.addRow(columns, row);
  }

  addRow({ series, tsMs, values }: BatchColumns, row: number): void {
    const id = series[row] ?? 0;
    const ts = tsMs[row] ?? 0;
    const value = values[row] ?? 0;
    this.#count++;
    const tail = this.#series.get(id);
    if (tail === undefined) {
      this.#series.set(id, { sorted: NO_READINGS, addedMs: [ts], addedValues: [value] });
      return;
    }
    tail.addedMs.push(ts);
    tail.addedValues.push(value);
  }

  /**
   * What `series` has here, by time; of several readings at one time the last one. Null where there is none. Not to be
   * changed.
   */
  columns(series: number): Columns | null {
    const tail = this.#series.get(series);
    if (tail === undefined) return null;
    if (tail.addedMs.length > 0) {
      tail.sorted = mergeColumns(tail.sorted, sortedByTime(tail.addedMs, tail.addedValues));
      tail.addedMs = [];
      tail.addedValues = [];
    }
    return tail.sorted;
  }

  /** The newest reading of `series`, or null. */
  newest(series: number): { readonly tsMs: number; readonly value: number } | null {
    const columns = this.columns(series);
    return columns === null ? null : { tsMs: columns.tsMs.at(-1) ?? 0, value: columns.values.at(-1) ?? 0 };
  }
}

function sortedByTime(tsMs: readonly number[], values: readonly number[]): Columns {
  const isSorted = tsMs.every((ts, row) => row === 0 || ts > (tsMs[row - 1] ?? 0));
  if (isSorted) return { tsMs: Float64Array.from(tsMs), values: Float64Array.from(values) };
  // Of equal times the last one handed in stays last, and is the one that is kept.
  const order = Uint32Array.from(tsMs.keys()).sort((a, b) => (tsMs[a] ?? 0) - (tsMs[b] ?? 0) || a - b);
  const kept = order.filter((row, place) => tsMs[row] !== tsMs[order[place + 1] ?? -1]);
  return {
    tsMs: Float64Array.from(kept, (row) => tsMs[row] ?? 0),
    values: Float64Array.from(kept, (row) => values[row] ?? 0),
  };
}
