// Readings in a database server: writes go by the queue of commits, questions to connections of their own.
import type { DeviceId, MetricName } from "../../../../shared/ids.ts";
import type { Reading, SeriesKey } from "../../../../shared/reading.ts";
import { bucketGrid } from "../../bucket-grid.ts";
import type { PageQuery, ReadingPage, ReadingSelection, ReadingStore } from "../../readings.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Dialect } from "../dialect.ts";
import { toNumber } from "../values.ts";
import type { CommitQueue } from "../writing/commit-queue.ts";
import { SHORTEST_STEP_MS } from "../writing/marked-slots.ts";
import { compareSeries, type Series, type SeriesDirectory } from "../writing/series-directory.ts";
import type { TimeAllocator } from "../writing/time-allocator.ts";
import { BucketReader } from "./buckets.ts";
import { exportPieces } from "./export.ts";
import { orderedRows, type WantedRange } from "./ordered-rows.ts";

/** Copied or removed in one transaction. */
const READINGS_PER_TRANSACTION = 50_000;

export interface ServerReadingsOptions {
  readonly dialect: Dialect;
  readonly commits: CommitQueue;
  readonly series: SeriesDirectory;
  readonly times: TimeAllocator;
  /** For questions, copies and removals. */
  readonly pool: ConnectionPool;
}

export function serverReadings(options: ServerReadingsOptions): ReadingStore {
  const { dialect, commits, series, times, pool } = options;
  return {
    append: (message) => commits.append(message),
    async latest() {
      const rows = await pool.read((connection) => connection.query(dialect.sql.latest));
      const newest = new Map(rows.map(([id, tsMs, value]) => [toNumber(id), { tsMs, value }]));
      return [...series.byId()].flatMap(([id, { device, metric }]): Reading[] => {
        const found = newest.get(id);
        return found === undefined
          ? []
          : [{ device, metric, tsMs: toNumber(found.tsMs), value: toNumber(found.value) }];
      });
    },
    async buckets(query) {
      const [one] = series.select({ devices: [query.device], metrics: [query.metric] });
      if (one === undefined || query.fromMs >= query.toMs) return [];
      return pool.transaction(dialect.sql.beginSnapshot, (connection) =>
        new BucketReader(connection, dialect.sql, one.id, query).read(),
      );
    },
    bucketGrid,
    page: (query) => readPage(pool, series.select(query).sort(compareSeries), query),
    export: (selection, format, mends = []) =>
      exportPieces(pool, series.select(selection), { selection, format, mends }),
    async copy(device, metrics, into) {
      await commits.flush();
      for (const from of series.select({ devices: [device], metrics })) await copySeries(options, from, into);
    },
    async remove(selection) {
      for (const one of series.select(selection)) {
        await removeSeries(options, one, selection);
        // Times that were taken are free again.
        times.forget(one.number);
      }
    },
  };
}

async function readPage(pool: ConnectionPool, series: readonly Series[], query: PageQuery): Promise<ReadingPage> {
  const { order, limit } = query;
  const places = new Map<number, number>();
  const named: SeriesKey[] = [];
  const seriesIndex: number[] = [];
  const tsMs: number[] = [];
  const values: number[] = [];
  let more = false;
  for await (const rows of orderedRows(pool, rangesOf(series, query), order, limit + 1)) {
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

async function copySeries(
  { dialect, pool, series, times }: ServerReadingsOptions,
  from: Series,
  intoDevice: DeviceId,
): Promise<void> {
  const into = await storedSeries(pool, dialect, series, intoDevice, from.metric);
  const { keepExisting } = dialect.sql;
  // Raised before anything is written: what is assigned meanwhile then asks the database.
  into.tipMs = Math.max(into.tipMs, from.tipMs);
  for await (const range of stretches(pool, from.id, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
    await pool.transaction(dialect.sql.begin, async (connection) => {
      await connection.query(
        `INSERT INTO reading (series_id, ts, value)
         SELECT ${into.id}, ts, value FROM reading AS source WHERE series_id = ? AND ts >= ? AND ts < ?
         ${keepExisting("reading.series_id")}`,
        [from.id, range.fromMs, range.toMs],
      );
      await connection.query(markAll(dialect, into.id), [from.id, range.fromMs, range.toMs]);
    });
  }
  times.forget(into.number);
}

async function storedSeries(
  pool: ConnectionPool,
  dialect: Dialect,
  series: SeriesDirectory,
  device: DeviceId,
  metric: MetricName,
): Promise<Series> {
  const one = series.of(device, metric);
  if (one.id > 0) return one;
  await pool.transaction(dialect.sql.begin, (connection) => series.insert(connection, [one]));
  await pool.read((connection) => series.learnIds(connection, [one]));
  return one;
}

async function removeSeries(
  { dialect, pool }: ServerReadingsOptions,
  { id }: Series,
  { fromMs, toMs }: ReadingSelection,
): Promise<void> {
  for await (const range of stretches(pool, id, fromMs, toMs)) {
    const parameters = [id, range.fromMs, range.toMs];
    await pool.transaction(dialect.sql.begin, async (connection) => {
      await connection.query(markAll(dialect, id), parameters);
      await connection.query("DELETE FROM reading WHERE series_id = ? AND ts >= ? AND ts < ?", parameters);
    });
  }
}

/** Marks the slots of `series` in which another one, or the same, has readings: series, from, to. */
function markAll({ sql }: Dialect, series: number): string {
  return `INSERT INTO rollup_mark (series_id, slot)
    SELECT DISTINCT ${series}, ${sql.divide("ts", String(SHORTEST_STEP_MS))} FROM reading
    WHERE series_id = ? AND ts >= ? AND ts < ?`;
}

/** Cuts what a series has of `fromMs <= t < toMs` into stretches of a transaction's size; none where it has nothing. */
async function* stretches(
  pool: ConnectionPool,
  id: number,
  fromMs: number,
  toMs: number,
): AsyncGenerator<{ readonly fromMs: number; readonly toMs: number }> {
  const at = (offset: number, from: number) =>
    pool.read(async (connection) => {
      const [row] = await connection.query(
        `SELECT ts FROM reading WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT 1 OFFSET ${offset}`,
        [id, from, toMs],
      );
      return row === undefined ? null : toNumber(row[0]);
    });
  let startMs = await at(0, fromMs);
  while (startMs !== null) {
    const nextMs = await at(READINGS_PER_TRANSACTION, startMs);
    yield { fromMs: startMs, toMs: nextMs ?? toMs };
    startMs = nextMs;
  }
}
