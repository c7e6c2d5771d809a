// Readings in a database server: writes go by the queue of commits, queries to connections of their own.
import type { DeviceId, MetricName } from "../../../../shared/ids.ts";
import type { Reading, SeriesKey } from "../../../../shared/reading.ts";
import { bucketGrid } from "../../bucket-grid.ts";
import type { PageQuery, ReadingPage, ReadingStore } from "../../readings.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Dialect } from "../dialect.ts";
import { copySeries } from "../history/copy-series.ts";
import { removeReadings } from "../history/remove-readings.ts";
import type { CommitQueue } from "../writing/commit-queue.ts";
import { compareSeries, type Series, type SeriesDirectory } from "../writing/series-directory.ts";
import type { TimeAllocator } from "../writing/time-allocator.ts";
import { BucketReader } from "./buckets.ts";
import { exportPieces } from "./export.ts";
import { newestReadings } from "./newest-readings.ts";
import { orderedRows, type RowSource, type WantedRange } from "./ordered-rows.ts";
import type { RowReader } from "./row-reader.ts";

export interface ServerReadingsOptions {
  readonly dialect: Dialect;
  readonly commits: CommitQueue;
  readonly series: SeriesDirectory;
  readonly times: TimeAllocator;
  readonly rows: RowReader;
  /** For queries, copies and removals. */
  readonly pool: ConnectionPool;
}

export function serverReadings(options: ServerReadingsOptions): ReadingStore {
  const { dialect, commits, series, times, rows, pool } = options;
  return {
    append: (message) => commits.append(message),
    async latest() {
      const newest = await pool.read((connection) => newestReadings(connection, dialect));
      return [...series.byId()].flatMap(([id, { device, metric }]): Reading[] => {
        const found = newest.get(id);
        return found === undefined ? [] : [{ device, metric, ...found }];
      });
    },
    async buckets(query) {
      const [one] = series.select({ devices: [query.device], metrics: [query.metric] });
      if (one === undefined || query.fromMs >= query.toMs) return [];
      return pool.transaction(dialect.sql.beginSnapshot, (connection) =>
        new BucketReader({ connection, sql: dialect.sql, rows }, one.id, query).read(),
      );
    },
    bucketGrid,
    page: (query) => readPage({ pool, rows }, series.select(query).sort(compareSeries), query),
    export: (selection, format, mends = []) =>
      exportPieces({ pool, rows }, series.select(selection), { selection, format, mends }),
    async copy(device, metrics, into) {
      // They appear now: before the series of messages that are handed in while others are committed.
      for (const metric of metrics) series.of(into, metric);
      await commits.flush();
      for (const from of series.select({ devices: [device], metrics })) {
        const target = await storedSeries(options, into, from.metric);
        // Raised before anything is written: what is assigned meanwhile then asks the database.
        target.tipMs = Math.max(target.tipMs, from.tipMs);
        await copySeries(options, from.id, target.id);
        times.forget(target.number);
      }
    },
    async remove(selection) {
      for (const one of series.select(selection)) {
        await removeReadings(options, one.id, selection);
        // Times that were taken are free again.
        times.forget(one.number);
      }
    },
  };
}

async function readPage(source: RowSource, series: readonly Series[], query: PageQuery): Promise<ReadingPage> {
  const { order, limit } = query;
  const places = new Map<number, number>();
  const named: SeriesKey[] = [];
  const seriesIndex: number[] = [];
  const tsMs: number[] = [];
  const values: number[] = [];
  let more = false;
  for await (const rows of orderedRows(source, rangesOf(series, query), order, limit + 1)) {
    for (const [row, ms] of rows.tsMs.entries()) {
      more = tsMs.length === limit;
      if (more) break;
      const place = rows.places[row] ?? 0;
      const one = series[place];
      if (one === undefined) continue;
      const known = places.get(place) ?? named.push({ device: one.device, metric: one.metric }) - 1;
      places.set(place, known);
      seriesIndex.push(known);
      tsMs.push(ms);
      values.push(rows.values[row] ?? 0);
    }
    if (more) break;
  }
  return {
    series: named,
    seriesIndex: Uint32Array.from(seriesIndex),
    tsMs: Float64Array.from(tsMs),
    values: Float64Array.from(values),
    more,
  };
}

/** What of each series comes behind the last page. */
function rangesOf(series: readonly Series[], { fromMs, toMs, order, after }: PageQuery): WantedRange[] {
  return series.map((one) => {
    if (after === null) return { id: one.id, fromMs, toMs };
    // Of the series behind the last row's, the row at that time is still to come.
    const past = compareSeries(one, after) <= 0 ? 1 : 0;
    return order === "oldest-first"
      ? { id: one.id, fromMs: Math.max(fromMs, after.tsMs + past), toMs }
      : { id: one.id, fromMs, toMs: Math.min(toMs, after.tsMs + 1 - past) };
  });
}

async function storedSeries(
  { pool, dialect, series }: ServerReadingsOptions,
  device: DeviceId,
  metric: MetricName,
): Promise<Series> {
  const one = series.of(device, metric);
  if (one.id > 0) return one;
  await pool.transaction(dialect.sql.begin, (connection) => series.insert(connection, [one]));
  await pool.read((connection) => series.learnIds(connection, [one]));
  return one;
}
