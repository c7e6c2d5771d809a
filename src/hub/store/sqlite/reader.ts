// The reader thread: charts, raw rows and exports, so that a slow question never delays an acknowledgement.
import Database from "better-sqlite3";
import { parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { Bucket, Reading } from "../../../shared/reading.ts";
import type { BucketQuery, PageQuery, ReadingPage, SeriesKey } from "../readings.ts";
import { answerCalls } from "./worker-call.ts";

export type RecordTable = "device" | "refused" | "attribute" | "setting";

type Row = readonly [tsMs: number, value: number];

interface MergedRow {
  readonly tsMs: number;
  readonly value: number;
  /** Which of the page's series. */
  readonly index: number;
}

interface Series extends SeriesKey {
  readonly id: number;
}

class Reader {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
    this.#statements = prepare(this.#db);
  }

  close(): void {
    this.#db.close();
  }

  /** All of a small table, oldest first. */
  records(table: RecordTable): unknown[] {
    return this.#statements[table].all();
  }

  /** In the order in which the series first appeared. */
  latest(): Reading[] {
    const series = this.#series(null, null).sort((a, b) => a.id - b.id);
    return series.flatMap(({ id, device, metric }) => {
      const row = this.#statements.newest.get(id);
      return row === undefined ? [] : [{ device, metric, tsMs: row[0], value: row[1] }];
    });
  }

  buckets({ device, metric, fromMs, toMs, stepMs }: BucketQuery): Bucket[] {
    const id = this.#statements.seriesId.get(device, metric);
    if (id === undefined) return [];
    return this.#statements.buckets.all({ id, fromMs, toMs, stepMs }).map(([slice, min, max, avg, n]) => ({
      t: fromMs + slice * stepMs,
      min,
      max,
      // A sum of huge values overflows; the mean still lies between them.
      avg: Math.min(max, Math.max(min, avg)),
      n,
    }));
  }

  /** Needs no state between calls: where the last page ended is all there is to know. */
  page(query: PageQuery): ReadingPage {
    const series = this.#series(query.devices, query.metrics);
    const page: MergedRow[] = [];
    let after = query.after;
    let more = true;
    while (more && page.length < query.limit) {
      const merged = this.#merge(series, { ...query, after, limit: query.limit - page.length });
      page.push(...merged.rows);
      more = merged.more;
      const last = page.at(-1);
      const key = last === undefined ? undefined : series[last.index];
      if (last !== undefined && key !== undefined) after = { tsMs: last.tsMs, ...key };
    }
    return {
      series: series.map(({ device, metric }) => ({ device, metric })),
      seriesIndex: Uint32Array.from(page, ({ index }) => index),
      tsMs: Float64Array.from(page, ({ tsMs }) => tsMs),
      values: Float64Array.from(page, ({ value }) => value),
      more,
    };
  }

  /**
   * Merges the series by time, at least one row where there is any. Each series gives a few rows; rows up to the
   * earliest time at which one of them was cut short are complete, the rest is read again next time.
   */
  #merge(series: readonly Series[], query: PageQuery): { readonly rows: MergedRow[]; readonly more: boolean } {
    const rowsEach = Math.ceil((query.limit + 1) / Math.max(1, series.length)) + 1;
    const sign = query.order === "oldest-first" ? 1 : -1;
    const merged: MergedRow[] = [];
    let horizonMs = Number.POSITIVE_INFINITY * sign;
    let cutShort = false;
    for (const [index, one] of series.entries()) {
      const rows = this.#rows(one, query, rowsEach);
      for (const [tsMs, value] of rows) merged.push({ tsMs, value, index });
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsEach) continue;
      cutShort = true;
      if ((last[0] - horizonMs) * sign < 0) horizonMs = last[0];
    }
    merged.sort((a, b) => (a.tsMs - b.tsMs) * sign || a.index - b.index);
    const complete = merged.filter(({ tsMs }) => (tsMs - horizonMs) * sign <= 0);
    const rows = complete.slice(0, query.limit);
    return { rows, more: cutShort || rows.length < merged.length };
  }

  #rows(series: Series, { order, fromMs, toMs, after }: PageQuery, limit: number): Row[] {
    if (after === null) return this.#statements[order].all(series.id, fromMs, toMs - 1, limit);
    const tied = compareSeries(series, after) > 0;
    return order === "oldest-first"
      ? this.#statements[order].all(series.id, Math.max(fromMs, after.tsMs + (tied ? 0 : 1)), toMs - 1, limit)
      : this.#statements[order].all(series.id, fromMs, Math.min(toMs - 1, after.tsMs - (tied ? 0 : 1)), limit);
  }

  #series(devices: readonly string[] | null, metrics: readonly string[] | null): Series[] {
    const found = this.#statements.series.all({
      devices: devices && JSON.stringify(devices),
      metrics: metrics && JSON.stringify(metrics),
    });
    return found
      .flatMap(([id, deviceText, metricText]) => {
        const device = parseDeviceId(deviceText);
        const metric = parseMetricName(metricText);
        return device === undefined || metric === undefined ? [] : [{ id, device, metric }];
      })
      .sort(compareSeries);
  }
}

interface SeriesName {
  readonly device: string;
  readonly metric: string;
}

/** By code unit: the same on every machine, whatever its language. */
function compareSeries(a: SeriesName, b: SeriesName): number {
  return compareText(a.device, b.device) || compareText(a.metric, b.metric);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function prepare(db: Database.Database) {
  const rows = (order: "ASC" | "DESC") =>
    db
      .prepare<[number, number, number, number], Row>(
        `SELECT ts, value FROM reading WHERE series = ? AND ts BETWEEN ? AND ? ORDER BY ts ${order} LIMIT ?`,
      )
      .raw();
  return {
    "oldest-first": rows("ASC"),
    "newest-first": rows("DESC"),
    newest: db.prepare<[number], Row>("SELECT ts, value FROM reading WHERE series = ? ORDER BY ts DESC LIMIT 1").raw(),
    series: db
      .prepare<{ devices: string | null; metrics: string | null }, [id: number, device: string, metric: string]>(
        `SELECT id, device, metric FROM series
         WHERE (:devices IS NULL OR device IN (SELECT value FROM json_each(:devices)))
           AND (:metrics IS NULL OR metric IN (SELECT value FROM json_each(:metrics)))`,
      )
      .raw(),
    seriesId: db.prepare<[string, string], number>("SELECT id FROM series WHERE device = ? AND metric = ?").pluck(),
    buckets: db
      .prepare<
        { id: number; fromMs: number; toMs: number; stepMs: number },
        [slice: number, min: number, max: number, avg: number, n: number]
      >(
        `SELECT CAST((ts - :fromMs) / :stepMs AS INTEGER) AS slice, min(value), max(value), avg(value), count(*)
         FROM reading WHERE series = :id AND ts >= :fromMs AND ts < :toMs GROUP BY slice ORDER BY slice`,
      )
      .raw(),
    device: db.prepare<[], unknown>("SELECT record FROM device ORDER BY id"),
    refused: db.prepare<[], unknown>("SELECT record FROM refused ORDER BY id"),
    attribute: db.prepare<[], unknown>("SELECT device, name, text FROM attribute ORDER BY changed_at, device, name"),
    setting: db.prepare<[], unknown>("SELECT name, value FROM setting"),
  };
}

let reader: Reader | undefined;

function open(): Reader {
  if (reader === undefined) throw new Error("the store is not open");
  return reader;
}

const methods = {
  open(path: string): void {
    reader = new Reader(path);
  },
  records: (table: RecordTable): unknown[] => open().records(table),
  latest: (_: null): Reading[] => open().latest(),
  buckets: (query: BucketQuery): Bucket[] => open().buckets(query),
  page: (query: PageQuery): ReadingPage => open().page(query),
  close(_: null): void {
    reader?.close();
    reader = undefined;
  },
};
export type ReaderMethods = typeof methods;

answerCalls(methods);
