// The reader thread: charts, raw rows and exports, so that a slow question never delays an acknowledgement. Each answer
// is of one moment: chunks, rollups and journal are read in one transaction.
import Database from "better-sqlite3";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { Bucket, Reading } from "../../../shared/reading.ts";
import { csvWriter } from "../../export/csv.ts";
import type { BucketQuery, CsvFormat, PageQuery, ReadingPage, ReadingSelection, SeriesKey } from "../readings.ts";
import { BucketReader } from "./buckets.ts";
import { Chunks } from "./chunks.ts";
import { ColumnMemory } from "./column-memory.ts";
import { History } from "./history.ts";
import { JournalFollower } from "./journal.ts";
import { MergedRows, type SeriesRange } from "./merge.ts";
import { Rollups } from "./rollups.ts";
import { warmUp } from "./warm-up.ts";
import { answerCalls, moving, notify } from "./worker-port.ts";

export type RecordTable = "device" | "command" | "refused" | "attribute" | "setting";

export interface CsvPieceQuery {
  readonly selection: ReadingSelection;
  readonly format: CsvFormat;
  /** Null for the first piece, then what the last one said. */
  readonly next: CsvPlace | null;
  /** Memory for the piece, where there is some to be used again. */
  readonly buffer: ArrayBuffer | null;
}

/** Where a piece begins. */
export interface CsvPlace {
  readonly fromMs: number;
  /** Series that appeared later than the file was begun have no place in it: a wide one has its columns by then. */
  readonly lastSeriesId: number;
}

export interface CsvPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the next piece begins; null when this is the last. */
  readonly next: CsvPlace | null;
}

/** 8 MB. */
const CACHED_READINGS = 524_288;
const BYTES_PER_PIECE = 1_500_000;
/** Each piece opens a chunk of each series: with many series that only pays for many rows. */
const BYTES_PER_PIECE_AND_SERIES = 3_000;
/** A piece ends with all rows of its last time. */
const PIECE_SLACK_BYTES = 64_000;

interface Series extends SeriesKey {
  readonly id: number;
}

class Reader {
  readonly #db: Database.Database;
  readonly #memory = new ColumnMemory();
  readonly #chunks: Chunks;
  readonly #rollups: Rollups;
  readonly #journal: JournalFollower;
  readonly #statements: ReturnType<typeof prepare>;
  /** All series in the order of pages, as of the highest id. */
  #series: { readonly lastId: number; readonly sorted: readonly Series[] } = { lastId: 0, sorted: [] };

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
    this.#chunks = new Chunks(this.#db, {
      cachedReadings: CACHED_READINGS,
      memory: this.#memory,
      onDamage: (damage) => notify({ kind: "damaged-chunk", ...damage }),
    });
    this.#rollups = new Rollups(this.#db);
    this.#journal = new JournalFollower(this.#db, (rowId) => notify({ kind: "damaged-journal-row", rowId }));
    this.#statements = prepare(this.#db);
  }

  /** All of a small table, oldest first. */
  records(table: RecordTable): unknown[] {
    return this.#statements[table].all();
  }

  /** In the order in which the series first appeared. */
  latest(): Reading[] {
    return this.#atOneMoment(() => {
      const tail = this.#journal.follow();
      return this.#select({ devices: null, metrics: null })
        .toSorted((a, b) => a.id - b.id)
        .flatMap(({ id, device, metric }): Reading[] => {
          const chunk = this.#chunks.last(id);
          const newest = tail.newest(id);
          if (newest !== null && newest.tsMs >= (chunk?.lastMs ?? newest.tsMs)) return [{ device, metric, ...newest }];
          return chunk === null ? [] : [{ device, metric, tsMs: chunk.lastMs, value: chunk.lastValue }];
        });
    });
  }

  buckets(query: BucketQuery): Bucket[] {
    return this.#atOneMoment(() => {
      const id = this.#statements.seriesId.get(query.device, query.metric);
      return id === undefined ? [] : new BucketReader(this.#history(), this.#rollups).read(id, query);
    });
  }

  /** Needs no state between calls: where the last page ended is all there is to know. */
  page({ order, after, limit, ...selection }: PageQuery): ReadingPage {
    return this.#atOneMoment(() => {
      const series = this.#select(selection);
      const { fromMs, toMs } = selection;
      const ranges = series.map((one): SeriesRange => {
        if (after === null) return { series: one.id, fromMs, toMs };
        // Of the series behind the last row's, the row at that time is still to come.
        const past = compareSeries(one, after) <= 0 ? 1 : 0;
        return order === "oldest-first"
          ? { series: one.id, fromMs: Math.max(fromMs, after.tsMs + past), toMs }
          : { series: one.id, fromMs, toMs: Math.min(toMs, after.tsMs + 1 - past) };
      });
      return toPage(series, new MergedRows(this.#history(), ranges, order), limit);
    });
  }

  csvPiece({ selection, format, next, buffer }: CsvPieceQuery): CsvPiece {
    return this.#atOneMoment(() => {
      const { fromMs, lastSeriesId } = next ?? { ...selection, lastSeriesId: this.#allSeries().lastId };
      const series = this.#select(selection).filter(({ id }) => id <= lastSeriesId);
      const ranges = series.map(({ id }) => ({ series: id, fromMs, toMs: selection.toMs }));
      const rows = new MergedRows(this.#history(), ranges, "oldest-first");
      const length = Math.max(BYTES_PER_PIECE, BYTES_PER_PIECE_AND_SERIES * series.length);
      const writer = csvWriter(format, series, buffer ?? new ArrayBuffer(length + PIECE_SLACK_BYTES));
      if (next === null) writer.header();
      let more: CsvPlace | null = null;
      let lastMs = Number.NaN;
      while (rows.next()) {
        const { tsMs } = rows;
        if (tsMs !== lastMs && writer.length >= length) {
          more = { fromMs: tsMs, lastSeriesId };
          break;
        }
        writer.row(rows.index, tsMs, rows.value);
        lastMs = tsMs;
      }
      const bytes = writer.finish();
      return moving({ bytes, next: more }, [bytes.buffer]);
    });
  }

  #atOneMoment<T>(read: () => T): T {
    // Nothing of the last answer is left in use.
    this.#memory.release();
    return this.#db.transaction(read)();
  }

  #history(): History {
    return new History(this.#chunks, this.#journal.follow());
  }

  #select({ devices, metrics }: Pick<ReadingSelection, "devices" | "metrics">): readonly Series[] {
    const { sorted } = this.#allSeries();
    if (devices === null && metrics === null) return sorted;
    const isWanted = <T>(wanted: readonly T[] | null): ((one: T) => boolean) => {
      const set = new Set(wanted);
      return wanted === null ? () => true : (one) => set.has(one);
    };
    const isDevice = isWanted<DeviceId>(devices);
    const isMetric = isWanted<MetricName>(metrics);
    return sorted.filter(({ device, metric }) => isDevice(device) && isMetric(metric));
  }

  #allSeries(): { readonly lastId: number; readonly sorted: readonly Series[] } {
    const lastId = this.#statements.lastSeriesId.get() ?? 0;
    if (lastId !== this.#series.lastId) {
      const sorted = this.#statements.series.all().flatMap(([id, deviceText, metricText]) => {
        const device = parseDeviceId(deviceText);
        const metric = parseMetricName(metricText);
        return device === undefined || metric === undefined ? [] : [{ id, device, metric }];
      });
      this.#series = { lastId, sorted: sorted.sort(compareSeries) };
    }
    return this.#series;
  }
}

/** At most `limit` rows; the page names only the series that have rows in it. */
function toPage(series: readonly SeriesKey[], rows: MergedRows, limit: number): ReadingPage {
  const places = new Map<number, number>();
  const named: SeriesKey[] = [];
  const seriesIndex: number[] = [];
  const tsMs: number[] = [];
  const values: number[] = [];
  let more = rows.next();
  for (; more && tsMs.length < limit; more = rows.next()) {
    const key = series[rows.index];
    if (key === undefined) continue;
    const place = places.get(rows.index) ?? named.push({ device: key.device, metric: key.metric }) - 1;
    places.set(rows.index, place);
    seriesIndex.push(place);
    tsMs.push(rows.tsMs);
    values.push(rows.value);
  }
  return {
    series: named,
    seriesIndex: Uint32Array.from(seriesIndex),
    tsMs: Float64Array.from(tsMs),
    values: Float64Array.from(values),
    more,
  };
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
  return {
    series: db.prepare<[], [id: number, device: string, metric: string]>("SELECT id, device, metric FROM series").raw(),
    lastSeriesId: db.prepare<[], number | null>("SELECT max(id) FROM series").pluck(),
    seriesId: db.prepare<[string, string], number>("SELECT id FROM series WHERE device = ? AND metric = ?").pluck(),
    device: db.prepare<[], unknown>("SELECT record FROM device ORDER BY id"),
    command: db.prepare<[], unknown>("SELECT record FROM command ORDER BY number"),
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
    void warmUp();
  },
  records: (table: RecordTable): unknown[] => open().records(table),
  latest: (_: null): Reading[] => open().latest(),
  buckets: (query: BucketQuery): Bucket[] => open().buckets(query),
  page: (query: PageQuery): ReadingPage => open().page(query),
  csvPiece: (query: CsvPieceQuery): CsvPiece => open().csvPiece(query),
};
export type ReaderMethods = typeof methods;

answerCalls(methods);
