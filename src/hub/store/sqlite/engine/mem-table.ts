// The readings of the journal in memory: those that are in no chunk yet. They are columns in order of arrival, each row linked
// to the previous one of its series: half a million series with a reading each take a dozen megabytes, where a list for each
// would take hundreds.

import { type BatchColumns, grown } from "../../codec/batch.ts";
import type { Columns } from "../../codec/chunk-codec.ts";
import { mergeColumns, NO_READINGS, valueIn } from "../../codec/columns.ts";

/** The readings of a series in order, as of the row behind the last one that they are made of. */
interface SortedRows {
  readonly columns: Columns;
  readonly endRow: number;
}

/** Shorter series are put in order on each query. */
const MIN_SORTED_READINGS = 64;
/** 8 MB. */
const MAX_SORTED_READINGS = 524_288;
const INITIAL_LENGTH = 64;

export class MemTable {
  #seriesIds = new Uint32Array(INITIAL_LENGTH);
  #tsMs = new Float64Array(INITIAL_LENGTH);
  #values = new Float64Array(INITIAL_LENGTH);
  /** Of each row the one before it in its series, counted from 1; 0 where there is none. */
  #previous = new Uint32Array(INITIAL_LENGTH);
  /** By series, which are numbered without gaps: its last row, counted from 1; 0 where it has none. */
  #last = new Uint32Array(INITIAL_LENGTH);
  #count = 0;
  #seriesCount = 0;
  /** Long series in order, least recently used first: late readings cost no sort of the others. */
  readonly #sorted = new Map<number, SortedRows>();
  #sortedReadings = 0;

  /** Readings handed in, repeated ones too. */
  get count(): number {
    return this.#count;
  }

  get seriesCount(): number {
    return this.#seriesCount;
  }

  /** Ids of the series that have readings here. */
  get series(): Iterable<number> {
    return this.#idsWithRows();
  }

  /** All readings in the order in which they were acknowledged; views, not copies. */
  get rows(): BatchColumns {
    return {
      series: this.#seriesIds.subarray(0, this.#count),
      tsMs: this.#tsMs.subarray(0, this.#count),
      values: this.#values.subarray(0, this.#count),
    };
  }

  /** Adds readings, in the order in which they were acknowledged. */
  add(columns: BatchColumns): void {
    for (let row = 0; row < columns.series.length; row++) this.addRow(columns, row);
  }

  addRow({ series, tsMs, values }: BatchColumns, row: number): void {
    const id = series[row] ?? 0;
    if (this.#count === this.#seriesIds.length) this.#grow();
    if (id >= this.#last.length) this.#last = grown(this.#last, new Uint32Array(2 * id));
    const at = this.#count++;
    const previous = this.#last[id] ?? 0;
    this.#seriesIds[at] = id;
    this.#tsMs[at] = tsMs[row] ?? 0;
    this.#values[at] = values[row] ?? 0;
    this.#previous[at] = previous;
    this.#last[id] = at + 1;
    if (previous === 0) this.#seriesCount++;
  }

  /**
   * The readings of `series`, by time; of several at one time the last one. Null where there are none. Not to be
   * modified.
   */
  columns(series: number): Columns | null {
    const last = this.#last[series] ?? 0;
    if (last === 0) return null;
    const known = this.#sorted.get(series);
    if (known === undefined) return this.#keep(series, this.#sortedFrom(0, last), last);
    if (known.endRow === last) return known.columns;
    this.#forget(series, known);
    return this.#keep(series, mergeColumns(known.columns, this.#sortedFrom(known.endRow, last)), last);
  }

  /** The value of `series` at a time, or null. */
  valueAt(series: number, tsMs: number): number | null {
    const columns = this.columns(series);
    return columns === null ? null : valueIn(columns, tsMs);
  }

  /** The newest reading of `series`, or null. */
  newest(series: number): { readonly tsMs: number; readonly value: number } | null {
    let newest: { readonly tsMs: number; readonly value: number } | null = null;
    for (let next = this.#last[series] ?? 0; next > 0; next = this.#previous[next - 1] ?? 0) {
      const tsMs = this.#tsMs[next - 1] ?? 0;
      // Of several at one time the last one counts, which is met first.
      if (newest === null || tsMs > newest.tsMs) newest = { tsMs, value: this.#values[next - 1] ?? 0 };
    }
    return newest;
  }

  *#idsWithRows(): Generator<number> {
    for (let id = 0; id < this.#last.length; id++) if (this.#last[id] !== 0) yield id;
  }

  /** The readings of a series behind row `end`, back from row `last`; both counted from 1. */
  #sortedFrom(end: number, last: number): Columns {
    let count = 0;
    for (let next = last; next > end; next = this.#previous[next - 1] ?? 0) count++;
    const tsMs = new Float64Array(count);
    const values = new Float64Array(count);
    for (let next = last; next > end; next = this.#previous[next - 1] ?? 0) {
      count--;
      tsMs[count] = this.#tsMs[next - 1] ?? 0;
      values[count] = this.#values[next - 1] ?? 0;
    }
    return sortedByTime({ tsMs, values });
  }

  #keep(series: number, columns: Columns, endRow: number): Columns {
    const { length } = columns.tsMs;
    if (length < MIN_SORTED_READINGS) return columns;
    this.#sorted.set(series, { columns, endRow });
    this.#sortedReadings += length;
    for (const [id, sorted] of this.#sorted) {
      if (this.#sortedReadings <= MAX_SORTED_READINGS || id === series) break;
      this.#forget(id, sorted);
    }
    return columns;
  }

  #forget(series: number, { columns }: SortedRows): void {
    this.#sorted.delete(series);
    this.#sortedReadings -= columns.tsMs.length;
  }

  #grow(): void {
    const length = 2 * this.#seriesIds.length;
    this.#seriesIds = grown(this.#seriesIds, new Uint32Array(length));
    this.#tsMs = grown(this.#tsMs, new Float64Array(length));
    this.#values = grown(this.#values, new Float64Array(length));
    this.#previous = grown(this.#previous, new Uint32Array(length));
  }
}

/** By time, each time once. */
function sortedByTime(columns: Columns): Columns {
  const { tsMs, values } = columns;
  if (tsMs.length === 0) return NO_READINGS;
  if (tsMs.every((ts, row) => row === 0 || ts > (tsMs[row - 1] ?? 0))) return columns;
  // Of equal times the last one handed in stays last, and replaces the others.
  const order = Uint32Array.from(tsMs.keys()).sort((a, b) => (tsMs[a] ?? 0) - (tsMs[b] ?? 0) || a - b);
  const kept = order.filter((row, place) => tsMs[row] !== tsMs[order[place + 1] ?? -1]);
  return {
    tsMs: Float64Array.from(kept, (row) => tsMs[row] ?? 0),
    values: Float64Array.from(kept, (row) => values[row] ?? 0),
  };
}
