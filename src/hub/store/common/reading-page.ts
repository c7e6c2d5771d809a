// A page of rows, built row by row, and the range of a series behind the page before.
import type { SeriesKey } from "../../../shared/reading.ts";
import type { PageQuery, ReadingPage } from "../readings.ts";
import { compareSeries } from "./series-order.ts";

/** Half-open. */
interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The times of a series that are in the query and behind its last page. */
export function remainingRange(series: SeriesKey, { order, after, fromMs, toMs }: PageQuery): TimeRange {
  if (after === null) return { fromMs, toMs };
  // A series behind that of the last row may still have a row at its time.
  const past = compareSeries(series, after) <= 0 ? 1 : 0;
  return order === "oldest-first"
    ? { fromMs: Math.max(fromMs, after.tsMs + past), toMs }
    : { fromMs, toMs: Math.min(toMs, after.tsMs + 1 - past) };
}

/** It names only the series that have rows in it. */
export class PageBuilder {
  readonly #limit: number;
  /** By the adapter's number of a series: its place in the page. */
  readonly #places = new Map<number, number>();
  readonly #series: SeriesKey[] = [];
  readonly #seriesIndex: number[] = [];
  readonly #tsMs: number[] = [];
  readonly #values: number[] = [];
  #hasMore = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `number` identifies the series. False, and nothing added, where the page is full: there are more rows then. */
  add(number: number, { device, metric }: SeriesKey, tsMs: number, value: number): boolean {
    this.#hasMore = this.#tsMs.length === this.#limit;
    if (this.#hasMore) return false;
    const place = this.#places.get(number) ?? this.#series.push({ device, metric }) - 1;
    this.#places.set(number, place);
    this.#seriesIndex.push(place);
    this.#tsMs.push(tsMs);
    this.#values.push(value);
    return true;
  }

  build(): ReadingPage {
    return {
      series: this.#series,
      seriesIndex: Uint32Array.from(this.#seriesIndex),
      tsMs: Float64Array.from(this.#tsMs),
      values: Float64Array.from(this.#values),
      more: this.#hasMore,
    };
  }
}
