// The port of readings for the rest of the hub: those of the store, with mends applied. A query of series without mends goes
// straight to the store.
import type { Reading, SeriesKey } from "../../shared/reading.ts";
import type { ExportFormat } from "../export/export-format.ts";
import { type Mends, mendedValue } from "../store/mended.ts";
import {
  endOf,
  newestOf,
  type PageQuery,
  type ReadingPage,
  type ReadingPosition,
  type ReadingSelection,
  type ReadingStore,
} from "../store/readings.ts";
import type { MendList } from "./mend-list.ts";
import { mendedBuckets } from "./mended-buckets.ts";

const MIN_ROWS_PER_READ = 1_000;
/** Where all of the last read were hidden: there may be many more. */
const MAX_ROWS_PER_READ = 10_000;
/** What a page reads before it ends early, which is some tenths of a second. */
const MAX_ROWS_READ_PER_PAGE = 100_000;

/** The readings of `stored` with the mends of `list` applied. */
export function mendedReadings(stored: ReadingStore, list: MendList): ReadingStore {
  const page = (query: PageQuery) => {
    const within = list.within(query);
    return within.length === 0 ? stored.page(query) : mendedPage(stored, query, list);
  };
  return {
    append: (message) => stored.append(message),
    async latest() {
      const newest: Reading[] = [];
      for (const reading of await stored.latest()) {
        const shown =
          list.of(reading.device, reading.metric).length === 0 ? reading : await newestOf({ page }, reading);
        if (shown !== null) newest.push(shown);
      }
      return newest;
    },
    buckets(query) {
      const mends = list.overlapping(query.device, query.metric, query);
      return mends.length === 0 ? stored.buckets(query) : mendedBuckets(stored, query, mends);
    },
    page,
    bucketGrid: (fromMs, toMs, points) => stored.bucketGrid(fromMs, toMs, points),
    export: (selection: ReadingSelection, format: ExportFormat) =>
      stored.export(selection, format, list.within(selection)),
    copy: (device, metrics, into) => stored.copy(device, metrics, into),
    remove: (selection) => stored.remove(selection),
  };
}

/** Reads until the page is full, not counting hidden rows, or has read its share. */
async function mendedPage(stored: ReadingStore, query: PageQuery, list: MendList): Promise<ReadingPage> {
  const rows = new PageRows(query.limit);
  let { after } = query;
  let rowsRead = 0;
  let isAllHidden = false;
  for (;;) {
    const limit = isAllHidden ? MAX_ROWS_PER_READ : Math.max(MIN_ROWS_PER_READ, rows.missing);
    const page = await stored.page({ ...pastHidden({ ...query, after }, list), limit });
    const missingBefore = rows.missing;
    const mends = page.series.map(({ device, metric }) => list.of(device, metric));
    for (let row = 0; row < page.tsMs.length && rows.missing > 0; row++) rows.add(page, row, mends);
    after = endOf(page);
    if (rows.missing === 0 || !page.more || after === null) return rows.page();
    isAllHidden = rows.missing === missingBefore;
    rowsRead += page.tsMs.length;
    if (rowsRead >= MAX_ROWS_READ_PER_PAGE) return rows.pageUpTo(after);
  }
}

/** Of one series: the query without the time at its beginning in which everything is hidden, so that none of that is read. */
function pastHidden(query: PageQuery, list: MendList): PageQuery {
  const { devices, metrics, fromMs, toMs, order, after } = query;
  const [device, metric] = [devices?.[0], metrics?.[0]];
  if (device === undefined || metric === undefined || devices?.length !== 1 || metrics?.length !== 1) return query;
  const hiding = list
    .of(device, metric)
    .filter(({ repair, least, greatest }) => repair.kind === "hide" && least === undefined && greatest === undefined);
  const isOldestFirst = order === "oldest-first";
  let rest = query;
  let nextMs = after?.tsMs ?? (isOldestFirst ? fromMs : toMs - 1);
  for (;;) {
    const over = hiding.find(({ from, to }) => from <= nextMs && nextMs < to);
    if (over === undefined) return rest;
    nextMs = isOldestFirst ? over.to : over.from - 1;
    const times = isOldestFirst
      ? { fromMs: Math.min(toMs, over.to), toMs }
      : { fromMs, toMs: Math.max(fromMs, over.from) };
    rest = { ...query, ...times, after: null };
  }
}

/** Collects one row more than a page has, to know whether there is one. */
class PageRows {
  readonly #limit: number;
  readonly #series: SeriesKey[] = [];
  readonly #places = new Map<string, number>();
  readonly #seriesIndex: number[] = [];
  readonly #tsMs: number[] = [];
  readonly #values: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get missing(): number {
    return this.#limit + 1 - this.#tsMs.length;
  }

  add({ series, seriesIndex, tsMs, values }: ReadingPage, row: number, mends: readonly Mends[]): void {
    const index = seriesIndex[row] ?? 0;
    const key = series[index];
    const ts = tsMs[row] ?? 0;
    const value = mendedValue(mends[index] ?? [], ts, values[row] ?? 0);
    if (key === undefined || value === null) return;
    this.#seriesIndex.push(this.#placeOf(key));
    this.#tsMs.push(ts);
    this.#values.push(value);
  }

  /** It ends behind hidden rows. */
  pageUpTo(end: ReadingPosition): ReadingPage {
    return { ...this.page(), more: true, end };
  }

  page(): ReadingPage {
    return {
      series: this.#series,
      seriesIndex: Uint32Array.from(this.#seriesIndex.slice(0, this.#limit)),
      tsMs: Float64Array.from(this.#tsMs.slice(0, this.#limit)),
      values: Float64Array.from(this.#values.slice(0, this.#limit)),
      more: this.#tsMs.length > this.#limit,
    };
  }

  #placeOf(key: SeriesKey): number {
    const name = `${key.device}\n${key.metric}`;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = this.#series.push(key) - 1;
    this.#places.set(name, place);
    return place;
  }
}
