// Merges the readings of many series in order of time. A page of each series is read; up to the earliest page end all readings are
// known, and are sorted. Then the next page of the exhausted series is read.
import type { ConnectionPool } from "../connection-pool.ts";
import type { Order, SeriesRange } from "../dialect.ts";
import type { NextReadings, RowReader } from "./row-reader.ts";

export interface RowSource {
  readonly pool: ConnectionPool;
  readonly rows: RowReader;
}

/** Which readings of a series take part: `fromMs <= t < toMs`. */
export interface WantedRange {
  readonly id: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows as columns; `places` are places in the list of ranges, which break ties of time. */
export interface OrderedRows {
  readonly places: readonly number[];
  readonly tsMs: readonly number[];
  readonly values: readonly number[];
}

/** The approximate number of rows in memory. */
const MAX_ROWS_HELD = 16_384;
const MIN_ROWS_PER_SERIES = 4;
const MAX_ROWS_PER_SERIES = 8_192;

/** Rows of a series that were read and not yielded. */
class Stream {
  fromMs: number;
  toMs: number;
  readonly id: number;
  readonly place: number;
  /** By key: the time, newest-first the negative one; the lowest comes first. */
  keys: number[] = [];
  values: number[] = [];
  next = 0;
  /** Whether the database may have rows behind these. */
  hasMore = true;
  /** All of its rows up to this key are known. */
  knownTo = Number.NEGATIVE_INFINITY;
  limit: number;

  constructor({ id, fromMs, toMs }: WantedRange, place: number, limit: number) {
    this.id = id;
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.place = place;
    this.limit = limit;
  }

  take({ columns: { tsMs, values }, knownToMs }: NextReadings, order: Order): void {
    const isOldestFirst = order === "oldest-first";
    this.keys = isOldestFirst ? [...tsMs] : Array.from(tsMs, (ms) => -ms).reverse();
    this.values = isOldestFirst ? [...values] : [...values].reverse();
    this.next = 0;
    this.hasMore = knownToMs !== null;
    this.knownTo = Number.POSITIVE_INFINITY;
    if (knownToMs === null) return;
    this.knownTo = isOldestFirst ? knownToMs - 1 : -knownToMs;
    if (isOldestFirst) this.fromMs = knownToMs;
    else this.toMs = knownToMs;
    this.limit = Math.min(MAX_ROWS_PER_SERIES, 2 * this.limit);
  }
}

/** All rows of `ranges`, in pages. `expected`: the probable number of rows that the caller reads; more follow on demand. */
export async function* orderedRows(
  source: RowSource,
  ranges: readonly WantedRange[],
  order: Order,
  expected: number,
): AsyncGenerator<OrderedRows> {
  const share = Math.ceil((2 * Math.min(expected, MAX_ROWS_HELD)) / Math.max(1, ranges.length));
  const limit = Math.min(MAX_ROWS_PER_SERIES, Math.max(MIN_ROWS_PER_SERIES, share));
  let streams = ranges.map((range, place) => new Stream(range, place, limit));
  while (streams.length > 0) {
    await refill(source, streams, order);
    const horizon = streams.reduce((least, { knownTo }) => Math.min(least, knownTo), Number.POSITIVE_INFINITY);
    const rows = takeUpTo(streams, horizon, order);
    streams = streams.filter(({ hasMore, next, keys }) => hasMore || next < keys.length);
    if (rows.tsMs.length > 0) yield rows;
  }
}

async function refill({ pool, rows }: RowSource, streams: readonly Stream[], order: Order): Promise<void> {
  const empty = streams.filter(({ hasMore, next, keys }) => hasMore && next >= keys.length);
  if (empty.length === 0) return;
  const ranges = empty.map(({ id, fromMs, toMs, limit }): SeriesRange => ({ id, fromMs, toMs, limit }));
  const found = await pool.read((connection) => rows.next(connection, ranges, order));
  for (const [place, next] of found.entries()) empty[place]?.take(next, order);
}

function takeUpTo(streams: readonly Stream[], horizon: number, order: Order): OrderedRows {
  const sign = order === "oldest-first" ? 1 : -1;
  const taken: { readonly place: number; readonly key: number; readonly value: number }[] = [];
  for (const stream of streams) {
    for (; stream.next < stream.keys.length; stream.next++) {
      const key = stream.keys[stream.next] ?? 0;
      if (key > horizon) break;
      taken.push({ place: stream.place, key, value: stream.values[stream.next] ?? 0 });
    }
  }
  taken.sort((a, b) => a.key - b.key || a.place - b.place);
  return {
    places: taken.map(({ place }) => place),
    tsMs: taken.map(({ key }) => key * sign + 0),
    values: taken.map(({ value }) => value),
  };
}
