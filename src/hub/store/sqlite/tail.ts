// The readings of the journal in memory, by series: those that are in no chunk yet.
import type { BatchColumns } from "./batch.ts";
import type { Columns } from "./chunk-codec.ts";

interface SeriesTail {
  tsMs: number[];
  values: number[];
  /** True while every reading came later than the one before it. */
  sorted: boolean;
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
      this.#series.set(id, { tsMs: [ts], values: [value], sorted: true });
      return;
    }
    tail.sorted &&= ts > (tail.tsMs[tail.tsMs.length - 1] ?? 0);
    tail.tsMs.push(ts);
    tail.values.push(value);
  }

  /** What `series` has here, by time; of several readings at one time the last one. Null where there is none. */
  columns(series: number): Columns | null {
    const tail = this.#series.get(series);
    if (tail === undefined) return null;
    if (!tail.sorted) sortByTime(tail);
    return { tsMs: new Float64Array(tail.tsMs), values: new Float64Array(tail.values) };
  }

  /** The newest reading of `series`, or null. */
  newest(series: number): { readonly tsMs: number; readonly value: number } | null {
    const tail = this.#series.get(series);
    if (tail === undefined) return null;
    if (!tail.sorted) sortByTime(tail);
    return { tsMs: tail.tsMs.at(-1) ?? 0, value: tail.values.at(-1) ?? 0 };
  }
}

function sortByTime(tail: SeriesTail): void {
  const { tsMs, values } = tail;
  // Of equal times the last one handed in stays last, and is the one that is kept.
  const order = Uint32Array.from(tsMs.keys()).sort((a, b) => (tsMs[a] ?? 0) - (tsMs[b] ?? 0) || a - b);
  tail.tsMs = [];
  tail.values = [];
  for (const row of order) {
    if (tsMs[row] === tail.tsMs.at(-1)) tail.values.pop();
    else tail.tsMs.push(tsMs[row] ?? 0);
    tail.values.push(values[row] ?? 0);
  }
  tail.sorted = true;
}
