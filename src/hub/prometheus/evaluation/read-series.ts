// Reads one series for the windows of a query, a page at a time, in the cheapest way with the same result: all readings in order,
// one query per window where the windows are far apart, the newest of each window, or summaries.
import { limits } from "../../../shared/reading.ts";
import type { DescribedSeries } from "../../devices/directory.ts";
import { endOf, newestOf, type ReadingPosition, type ReadingStore } from "../../store/readings.ts";
import type { QueryLimits } from "./query-limits.ts";
import { type Times, timeAt } from "./vector.ts";
import type { BucketPage, RowPage, Window } from "./windows.ts";

export type QueriedStore = Pick<ReadingStore, "page" | "buckets">;

/** The windows of a query: each ends at one of `times`, included, and begins `windowMs` before, not included. */
export interface WindowQuery {
  readonly series: DescribedSeries;
  /** Without the offset: when the readings were taken. */
  readonly times: Times;
  readonly windowMs: number;
  /** The sample of a reading: its value, or its time in seconds. */
  readonly sample: "value" | "time";
  readonly limits: QueryLimits;
  /** Called with the value of each window that has one. */
  readonly found: (index: number, value: number) => void;
}

/** The cost of a query, in readings. */
const READINGS_PER_STORE_QUERY = 300;
const READINGS_PER_PAGE = 10_000;
const BUCKETS_PER_PAGE = 5_000;
/** Of which the buckets of a page are counted: some dozen milliseconds of the store's reader. */
const READINGS_PER_BUCKET_PAGE = 500_000;
/** For a series whose pace is unknown. */
const DEFAULT_PAUSE_MS = 1_000;
const STORE_QUERIES_AT_ONCE = 8;
/** The store has summaries of slots of this length. */
const SLOT_MS = 900_000;
/** Of more readings a window may be off by the one at its very edge, where that spares reading them one by one. */
const MAX_EXACT_READINGS = 100_000;
const MIN_READINGS_PER_SLOT = 15;

/** The newest reading of each window. */
export async function readLast(store: QueriedStore, query: WindowQuery, window: Window<RowPage>): Promise<void> {
  const { times, windowMs } = query;
  const { count } = upToNewest(query);
  const readings = readingsIn(query, (count - 1) * times.stepMs + windowMs);
  if (count > 1 && count * READINGS_PER_STORE_QUERY >= readings) return readRows(store, query, window);
  for (let from = 0; from < count; from += STORE_QUERIES_AT_ONCE) {
    const some = Array.from({ length: Math.min(STORE_QUERIES_AT_ONCE, count - from) }, (_, index) => from + index);
    await Promise.all(some.map((index) => readNewest(store, query, index)));
    query.limits.took(some.length);
  }
}

/** Every reading of the windows goes through `window`. */
export async function readRows(store: QueriedStore, query: WindowQuery, window: Window<RowPage>): Promise<void> {
  for (const stretch of stretchesOf(query)) await slide(query, stretch, window, rowsOf(store, query, stretch));
}

/** Summaries of the readings of the windows go through `window`. */
export async function readBuckets(store: QueriedStore, query: WindowQuery, window: Window<BucketPage>): Promise<void> {
  const edgeMs = edgeOf(query);
  for (const stretch of stretchesOf(query)) {
    const isOfTimes = query.sample === "time";
    const pages = isOfTimes ? summaries(rowsOf(store, query, stretch)) : bucketsOf(store, query, stretch, edgeMs);
    await slide(query, stretch, window, pages);
  }
}

/** Windows that are read in one go. */
interface Stretch {
  readonly first: number;
  /** Excluded. */
  readonly end: number;
}

/** Those windows that lie so far apart that what is between them is better left out are read one by one. */
function* stretchesOf(query: WindowQuery): Generator<Stretch> {
  const { stepMs } = query.times;
  const { count } = upToNewest(query);
  const isApart = readingsIn(query, stepMs - query.windowMs) > READINGS_PER_STORE_QUERY;
  if (isApart) for (let first = 0; first < count; first++) yield { first, end: first + 1 };
  else if (count > 0) yield { first: 0, end: count };
}

/** Without the windows that begin behind the newest reading: nothing is in them. */
function upToNewest({ series, times, windowMs }: WindowQuery): Times {
  const lastMs = series.latest.ts + windowMs - 1;
  const count = lastMs < times.startMs ? 0 : Math.floor((lastMs - times.startMs) / times.stepMs) + 1;
  return { ...times, count: Math.min(times.count, count) };
}

async function readNewest(store: QueriedStore, query: WindowQuery, index: number): Promise<void> {
  const { series, times, windowMs, found } = query;
  const endMs = timeAt(times, index);
  const { latest } = series;
  if (latest.ts <= endMs) {
    if (latest.ts > endMs - windowMs) found(index, sampleOf(query, latest.ts, latest.value));
    return;
  }
  const newest = await newestOf(store, series, selectionOf(series, endMs - windowMs, endMs));
  if (newest !== null) found(index, sampleOf(query, newest.tsMs, newest.value));
}

async function* rowsOf(store: QueriedStore, query: WindowQuery, { first, end }: Stretch): AsyncGenerator<RowPage> {
  const { series, times, windowMs, sample } = query;
  const selection = selectionOf(series, timeAt(times, first) - windowMs, timeAt(times, end - 1));
  let after: ReadingPosition | null = null;
  do {
    const page = await store.page({ ...selection, order: "oldest-first", after, limit: READINGS_PER_PAGE });
    query.limits.took(page.tsMs.length);
    yield sample === "value" ? page : { tsMs: page.tsMs, values: page.tsMs.map((tsMs) => tsMs / 1_000) };
    after = page.more ? endOf(page) : null;
  } while (after !== null);
}

async function* bucketsOf(
  store: QueriedStore,
  query: WindowQuery,
  { first, end }: Stretch,
  edgeMs: 0 | 1,
): AsyncGenerator<BucketPage> {
  const { series, times, windowMs } = query;
  const { device, metric } = series;
  const { stepMs, pageMs } = gridOf(
    query,
    end - first === 1 ? windowMs : greatestCommonDivisor(times.stepMs, windowMs),
    edgeMs,
  );
  const originMs = timeAt(times, first) - windowMs + edgeMs;
  const toMs = timeAt(times, end - 1) + edgeMs;
  // A range may begin long before there were readings.
  const pagesBefore = Math.max(0, Math.floor((limits.earliestTsMs - originMs) / pageMs));
  for (let fromMs = originMs + pagesBefore * pageMs; fromMs < toMs; fromMs += pageMs) {
    const page = { fromMs, toMs: Math.min(toMs, fromMs + pageMs) };
    const buckets = await store.buckets({ device, metric, ...page, originMs: originMs % stepMs, stepMs });
    query.limits.check();
    const tsMs = Float64Array.from(buckets, ({ t }) => t + stepMs - edgeMs);
    yield { tsMs, buckets };
  }
  if (edgeMs === 1) return;
  // The very end belongs to the last window; most of all where that is now.
  const atEnd = await store.buckets({ device, metric, fromMs: toMs, toMs: toMs + 1, originMs: 0, stepMs: 1 });
  yield { tsMs: Float64Array.from(atEnd, ({ t }) => t), buckets: atEnd };
}

/** Limits by which one query does not hold up others in the store. */
function gridOf(
  query: WindowQuery,
  wantedMs: number,
  edgeMs: 0 | 1,
): { readonly stepMs: number; readonly pageMs: number } {
  if (edgeMs === 0) return { stepMs: wantedMs, pageMs: wantedMs * BUCKETS_PER_PAGE };
  let stepMs = wantedMs;
  while (readingsIn(query, stepMs) > READINGS_PER_BUCKET_PAGE && stepMs % 2 === 0) stepMs /= 2;
  const buckets = Math.floor(READINGS_PER_BUCKET_PAGE / readingsIn(query, stepMs));
  return { stepMs, pageMs: stepMs * Math.min(BUCKETS_PER_PAGE, Math.max(1, buckets)) };
}

/** A summary of each row. */
async function* summaries(pages: AsyncIterable<RowPage>): AsyncGenerator<BucketPage> {
  for await (const { tsMs, values } of pages) {
    const buckets = Array.from(values, (value, row) => ({
      t: tsMs[row] ?? 0,
      min: value,
      max: value,
      avg: value,
      n: 1,
    }));
    yield { tsMs, buckets };
  }
}

/**
 * Windows end with a millisecond that belongs to them, slots of the store before one that does not. 1 makes them exact; 0 lets the
 * reading at the very edge of a window fall into the next one, so that a chart of years is made of the store's summaries. That is
 * done where there are so many readings that one more or less makes no difference.
 */
function edgeOf(query: WindowQuery): 0 | 1 {
  const { times, windowMs } = query;
  const isOnSlots = [times.startMs, windowMs, times.count > 1 ? times.stepMs : 0].every((ms) => ms % SLOT_MS === 0);
  const wholeMs = (times.count - 1) * times.stepMs + windowMs;
  const isMany = readingsIn(query, wholeMs) > MAX_EXACT_READINGS && readingsIn(query, SLOT_MS) >= MIN_READINGS_PER_SLOT;
  return isOnSlots && isMany ? 0 : 1;
}

/** Feeds samples to `window` in order of time, and evaluates it at each window end. */
async function slide<P extends { readonly tsMs: Float64Array }>(
  { times, windowMs, found }: WindowQuery,
  { first, end }: Stretch,
  window: Window<P>,
  pages: AsyncIterable<P>,
): Promise<void> {
  let index = first;
  let endMs = timeAt(times, index);
  const finish = () => {
    window.dropUntil(endMs - windowMs);
    const value = window.value(endMs);
    if (value !== undefined) found(index, value);
    endMs = timeAt(times, ++index);
  };
  for await (const page of pages) {
    const { tsMs } = page;
    for (let row = 0; row < tsMs.length; row++) {
      const ts = tsMs[row] ?? 0;
      while (ts > endMs && index < end) finish();
      if (ts > endMs - windowMs) window.add(page, row);
    }
  }
  while (index < end) finish();
}

function sampleOf({ sample }: WindowQuery, tsMs: number, value: number): number {
  return sample === "value" ? value : tsMs / 1_000;
}

function selectionOf({ device, metric }: DescribedSeries, afterMs: number, lastMs: number) {
  return { devices: [device], metrics: [metric], fromMs: afterMs + 1, toMs: lastMs + 1 };
}

/** About how many there are in a stretch of time. */
function readingsIn({ series }: WindowQuery, stretchMs: number): number {
  return stretchMs / Math.max(1, series.latest.usualPauseMs ?? DEFAULT_PAUSE_MS);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
