// Merges the rows of many series in order of time (k-way merge). A series is opened only when its next row may be the first.
import type { Columns } from "../../codec/chunk-codec.ts";
import { NO_READINGS } from "../../codec/columns.ts";
import type { History, Segment } from "./history.ts";

export type Order = "oldest-first" | "newest-first";

/** Which readings of a series take part: `fromMs <= t < toMs`. */
export interface SeriesRange {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The rows of all ranges by time; ranges break ties in their order. */
export class MergedRows {
  readonly #streams: readonly SeriesStream[];
  readonly #heap: StreamHeap;
  /** The stream whose row this is; null before the first row and behind the last. */
  #current: SeriesStream | null = null;
  #index = -1;

  constructor(history: History, ranges: readonly SeriesRange[], order: Order) {
    this.#streams = ranges.map((range) => new SeriesStream(history, range, order));
    this.#heap = new StreamHeap(this.#streams);
  }

  /** The present row is of the range at this place in the list. */
  get index(): number {
    return this.#index;
  }

  get tsMs(): number {
    return this.#current?.tsMs ?? 0;
  }

  get value(): number {
    return this.#current?.value ?? 0;
  }

  /** Moves on to the next row; false when there is none. */
  next(): boolean {
    if (this.#current !== null) {
      this.#current.next();
      this.#heap.settle();
    }
    for (;;) {
      this.#index = this.#heap.top;
      this.#current = this.#streams[this.#index] ?? null;
      if (this.#current === null) return false;
      if (this.#current.isOpen) return true;
      this.#current.open();
      this.#heap.settle();
    }
  }
}

/** One series on its way through its segments. */
class SeriesStream {
  readonly #history: History;
  readonly #segments: Iterator<Segment>;
  readonly #step: 1 | -1;
  #segment: Segment | null = null;
  #columns: Columns = NO_READINGS;
  #row = 0;
  /** What comes first has the lowest key: its next row's, or a bound of it while the segment is not opened. */
  key = 0;
  isOpen = false;

  constructor(history: History, { series, fromMs, toMs }: SeriesRange, order: Order) {
    this.#history = history;
    this.#step = order === "oldest-first" ? 1 : -1;
    this.#segments =
      order === "oldest-first" ? history.oldestFirst(series, fromMs, toMs) : history.newestFirst(series, fromMs, toMs);
    this.#nextSegment();
  }

  get tsMs(): number {
    return this.#columns.tsMs[this.#row] ?? 0;
  }

  get value(): number {
    return this.#columns.values[this.#row] ?? 0;
  }

  open(): void {
    if (this.#segment !== null) this.#columns = this.#history.columns(this.#segment);
    this.#row = this.#step === 1 ? 0 : this.#columns.tsMs.length - 1;
    this.isOpen = true;
    this.#toRow();
  }

  next(): void {
    this.#row += this.#step;
    this.#toRow();
  }

  #toRow(): void {
    const tsMs = this.#columns.tsMs[this.#row];
    if (tsMs === undefined) this.#nextSegment();
    else this.key = tsMs * this.#step;
  }

  #nextSegment(): void {
    if (this.isOpen && this.#segment !== null) this.#history.forget(this.#segment);
    this.isOpen = false;
    this.#columns = NO_READINGS;
    for (let next = this.#segments.next(); next.done !== true; next = this.#segments.next()) {
      if (next.value.chunk === null && next.value.tail.tsMs.length === 0) continue;
      this.#segment = next.value;
      this.key = this.#bound(next.value);
      return;
    }
    this.key = Number.POSITIVE_INFINITY;
  }

  #bound({ fromMs, toMs, chunk, tail }: Segment): number {
    if (this.#step === 1) {
      const sealedMs = chunk === null ? Number.POSITIVE_INFINITY : Math.max(chunk.firstMs, fromMs);
      return Math.min(sealedMs, tail.tsMs[0] ?? Number.POSITIVE_INFINITY);
    }
    const sealedMs = chunk === null ? Number.NEGATIVE_INFINITY : Math.min(chunk.lastMs, toMs - 1);
    return -Math.max(sealedMs, tail.tsMs.at(-1) ?? Number.NEGATIVE_INFINITY);
  }
}

/** A binary heap of streams by their keys; the place in the list breaks ties. */
class StreamHeap {
  readonly #streams: readonly SeriesStream[];
  readonly #keys: Float64Array;
  readonly #heap: Uint32Array;

  constructor(streams: readonly SeriesStream[]) {
    this.#streams = streams;
    this.#keys = Float64Array.from(streams, ({ key }) => key);
    // A list in order is a heap.
    this.#heap = Uint32Array.from(streams.keys()).sort((a, b) => this.#compare(a, b));
  }

  /** The place of the foremost stream; -1 when all are at their end. */
  get top(): number {
    const top = this.#heap[0];
    return top === undefined || this.#keys[top] === Number.POSITIVE_INFINITY ? -1 : top;
  }

  /** Finds the foremost again after the one at the top has moved on. */
  settle(): void {
    const heap = this.#heap;
    const keys = this.#keys;
    const moved = heap[0] ?? 0;
    const key = this.#streams[moved]?.key ?? 0;
    keys[moved] = key;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      let best = heap[child] ?? 0;
      const right = heap[child + 1];
      if (right !== undefined && this.#compare(right, best) < 0) {
        best = right;
        child++;
      }
      if (this.#compare(moved, best) <= 0) break;
      heap[at] = best;
      at = child;
    }
    heap[at] = moved;
  }

  #compare(a: number, b: number): number {
    const keyA = this.#keys[a] ?? 0;
    const keyB = this.#keys[b] ?? 0;
    return keyA === keyB ? a - b : keyA - keyB;
  }
}
