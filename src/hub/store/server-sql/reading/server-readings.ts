// Readings in a database server: writes go by the queue of commits, queries to connections of their own.
import type { Reading } from "../../../../shared/reading.ts";
import { bucketGrid } from "../../bucket-grid.ts";
import { PageBuilder, remainingRange } from "../../common/reading-page.ts";
import { compareSeries } from "../../common/series-order.ts";
import type { PageQuery, ReadingPage, ReadingStore } from "../../readings.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Dialect } from "../dialect.ts";
import { copySeries } from "../history/copy-series.ts";
import { removeReadings } from "../history/remove-readings.ts";
import { replaceReadings } from "../history/replace-readings.ts";
import type { CommitQueue } from "../writing/commit-queue.ts";
import type { Series, SeriesDirectory } from "../writing/series-directory.ts";
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
  /** For queries. */
  readonly readers: ConnectionPool;
  /** For copies and removals. */
  readonly maintainers: ConnectionPool;
  /** Readings before this time are kept in chunks. */
  readonly compactedToMs: () => number;
}

export function serverReadings(options: ServerReadingsOptions): ReadingStore {
  const { dialect, commits, series, times, rows, readers, maintainers, compactedToMs } = options;
  const source = { pool: readers, rows };
  const history = { dialect, pool: maintainers, rows };
  return {
    append: (message) => commits.append(message),
    async latest() {
      const newest = await readers.read((connection) => newestReadings(connection, dialect));
      return [...series.byId()].flatMap(([id, { device, metric }]): Reading[] => {
        const found = newest.get(id);
        return found === undefined ? [] : [{ device, metric, ...found }];
      });
    },
    async buckets(query) {
      const [one] = series.select({ devices: [query.device], metrics: [query.metric] });
      if (one === undefined || query.fromMs >= query.toMs) return [];
      return readers.transaction(dialect.sql.beginSnapshot, (connection) =>
        new BucketReader({ connection, sql: dialect.sql, rows }, one.id, query).read(),
      );
    },
    bucketGrid,
    page: (query) => readPage(source, series.select(query).sort(compareSeries), query),
    export: (selection, format, mends = []) =>
      exportPieces(source, series.select(selection), { selection, format, mends }),
    async copy(device, metrics, into) {
      // They appear now: before the series of messages that are handed in while others are committed.
      for (const metric of metrics) series.of(into, metric);
      await commits.flush();
      for (const from of series.select({ devices: [device], metrics })) {
        const target = series.of(into, from.metric);
        await store(options, [target]);
        // Raised before anything is written: what is assigned meanwhile then asks the database.
        target.newestMs = Math.max(target.newestMs, from.newestMs);
        await copySeries(history, from.id, target.id);
        times.forget(target.number);
      }
    },
    async replace(range, readings) {
      const found = readings.filter(({ columns }) => columns.tsMs.length > 0);
      const written = found.map(({ device, metric, columns }) => ({ one: series.of(device, metric), columns }));
      await store(
        options,
        written.map(({ one }) => one),
      );
      // Raised before anything is written, as above.
      for (const { one, columns } of written) one.newestMs = Math.max(one.newestMs, columns.tsMs.at(-1) ?? 0);
      const stored = written.map(({ one, columns }) => ({ id: one.id, columns })).sort((a, b) => a.id - b.id);
      if (stored.length > 0) await replaceReadings({ ...history, compactedToMs }, range, stored);
      for (const { one } of written) times.forget(one.number);
    },
    async remove(selection) {
      for (const one of series.select(selection)) {
        await removeReadings(history, one.id, selection);
        // Times that were taken are free again.
        times.forget(one.number);
      }
    },
  };
}

async function readPage(source: RowSource, series: readonly Series[], query: PageQuery): Promise<ReadingPage> {
  const { order, limit } = query;
  const page = new PageBuilder(limit);
  for await (const rows of orderedRows(source, rangesOf(series, query), order, limit + 1)) {
    for (const [row, tsMs] of rows.tsMs.entries()) {
      const one = series[rows.places[row] ?? 0];
      if (one !== undefined && !page.add(one.number, one, tsMs, rows.values[row] ?? 0)) return page.build();
    }
  }
  return page.build();
}

/** The rows of each series behind the last page. */
function rangesOf(series: readonly Series[], query: PageQuery): WantedRange[] {
  return series.map((one) => ({ id: one.id, ...remainingRange(one, query) }));
}

/** Gives series an id that have none yet. */
async function store({ maintainers, dialect, series }: ServerReadingsOptions, all: readonly Series[]): Promise<void> {
  const unwritten = all.filter(({ id }) => id === 0);
  if (unwritten.length === 0) return;
  await maintainers.transaction(dialect.sql.begin, (connection) => series.insert(connection, unwritten));
  await maintainers.read((connection) => series.learnIds(connection, unwritten));
}
