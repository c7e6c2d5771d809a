// Turns a batch into a transaction: gives its series ids and its readings times, finds out which slots of the rollups change, and
// writes all of it. Batches are prepared one after the other, in order; writing several at once is the queue's business.
// Other processes write to the same tables: a time that is allocated to a reading here may be taken by one of theirs. The database
// then refuses the batch, and its readings get other times.
import { limits } from "../../../../shared/reading.ts";
import { type BatchColumns, batchColumns } from "../../codec/batch.ts";
import { groupsOf } from "../../common/groups.ts";
import { compareText } from "../../common/series-order.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Connection, Dialect, ReadingColumns, ReadingWrite } from "../dialect.ts";
import { numberList, toNumber, toText } from "../values.ts";
import type { Batch, ChangedAttribute, Operation } from "./batch.ts";
import { inKeyOrder } from "./key-order.ts";
import { type MarkedSlots, NewMarks } from "./marked-slots.ts";
import { upsertRows } from "./row-statements.ts";
import type { SeriesDirectory } from "./series-directory.ts";
import type { TimeAllocator } from "./time-allocator.ts";

/** Of two processes that allocate times of one series, each finds a free one after a few attempts. */
const MAX_TAKEN_TIMES = 20;

export interface BatchWriterOptions {
  readonly dialect: Dialect;
  readonly pool: ConnectionPool;
  readonly series: SeriesDirectory;
  readonly times: TimeAllocator;
  readonly marked: MarkedSlots;
}

/** Times of a series from the first to the last. */
interface Span {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A batch as it was handed in, with the ids of its series. */
interface Arrived {
  readonly columns: BatchColumns;
  readonly ids: Int32Array;
  /** 1 for each reading without a time of its own; `receivedMs` has its time of receipt. */
  readonly untimed: Uint8Array;
  readonly receivedMs: Float64Array;
}

export class PreparedBatch {
  readonly arrived: Arrived;
  readonly write: ReadingWrite;
  readonly marks: NewMarks;
  readonly operations: readonly Operation[];
  /** The times of its readings, where they may be committed with them; null where they certainly are not. */
  triedTsMs: Float64Array | null = null;
  readonly #spans: ReadonlyMap<number, Span>;

  constructor(
    arrived: Arrived,
    write: ReadingWrite,
    marks: NewMarks,
    operations: readonly Operation[],
    spans: ReadonlyMap<number, Span>,
  ) {
    this.arrived = arrived;
    this.write = write;
    this.marks = marks;
    this.operations = operations;
    this.#spans = spans;
  }

  /** Whether both may have a reading with the same key. */
  overlaps(other: PreparedBatch): boolean {
    const [few, many] =
      this.#spans.size < other.#spans.size ? [this.#spans, other.#spans] : [other.#spans, this.#spans];
    for (const [series, { firstMs, lastMs }] of few) {
      const span = many.get(series);
      if (span !== undefined && firstMs <= span.lastMs && span.firstMs <= lastMs) return true;
    }
    return false;
  }
}

export class BatchWriter {
  readonly #options: BatchWriterOptions;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
  }

  /** `settled`: resolves when the batches on their way are done. What was prepared must be written, or not at all. */
  async prepare(batch: Batch, settled: () => Promise<void>): Promise<PreparedBatch> {
    const { readings, untimed } = batch.readings.finish();
    const columns = batchColumns(readings);
    const ids = await this.#idsOf(columns.series);
    const attributes = [...batch.attributes.values()];
    const operations = attributes.length === 0 ? [] : [saveAttributes(this.#options.dialect, attributes)];
    const arrived = { columns, ids, untimed, receivedMs: columns.tsMs.slice() };
    return this.#prepare(arrived, [...operations, ...batch.operations], settled);
  }

  /**
   * Resolves with the time of each reading, in the order in which they were handed in, once all of it is committed; where it
   * rejects, none of it is, but for what a lost connection leaves open.
   */
  async write(batch: PreparedBatch): Promise<Float64Array> {
    let prepared = batch;
    for (let attempt = 0; ; attempt++) {
      const { tsMs } = prepared.arrived.columns;
      batch.triedTsMs = tsMs;
      try {
        await this.#commit(prepared);
        return tsMs;
      } catch (error) {
        const { cause } = error instanceof Error ? error : {};
        const isTaken = prepared.write.fresh.tsMs.length > 0 && this.#options.dialect.isTaken(cause);
        if (!isTaken || attempt === MAX_TAKEN_TIMES) throw error;
      }
      batch.triedTsMs = null;
      await this.#learnTips(prepared.arrived.ids);
      tsMs.set(prepared.arrived.receivedMs);
      // Another batch of this process may take the same times: then the database refuses it again.
      prepared = await this.#prepare(prepared.arrived, prepared.operations, async () => undefined);
    }
  }

  async #prepare(
    arrived: Arrived,
    operations: readonly Operation[],
    settled: () => Promise<void>,
  ): Promise<PreparedBatch> {
    const { times, marked, dialect } = this.#options;
    const { columns, ids, untimed } = arrived;
    const { isNew } = await times.assign(columns, untimed, settled);
    const marks = new NewMarks(marked);
    for (let row = 0; row < ids.length; row++) marks.add(ids[row] ?? 0, columns.tsMs[row] ?? 0);
    const all = { series: ids, tsMs: columns.tsMs, values: columns.values };
    const hasUntimed = untimed.includes(1);
    const timed = hasUntimed ? rowsWhere(all, (row) => untimed[row] === 0) : all;
    const rows = isNew && !dialect.wantsKeyOrder ? timed : inKeyOrder(timed);
    const fresh = hasUntimed ? inKeyOrder(rowsWhere(all, (row) => untimed[row] === 1)) : NO_READINGS;
    return new PreparedBatch(arrived, { rows, fresh, marks, isNew }, marks, operations, spansOf(all));
  }

  async #commit({ write, marks, operations }: PreparedBatch): Promise<void> {
    const { dialect, pool, times } = this.#options;
    try {
      const hasReadings = write.rows.tsMs.length + write.fresh.tsMs.length > 0;
      if (hasReadings && operations.length === 0 && dialect.isOneStatement(write))
        await pool.transaction(null, (connection) => connection.writeReadings(write));
      else if (hasReadings || operations.length > 0)
        await pool.transaction(dialect.sql.begin, async (connection) => {
          if (hasReadings) await connection.writeReadings(write);
          for (const operation of operations) await operation(connection);
        });
      marks.committed();
    } catch (error) {
      // Whether the times of these readings are free again is unknown: the database is queried for them.
      times.forgetAll();
      throw error;
    }
  }

  /** Other processes have written newer readings than this one knew. */
  async #learnTips(ids: Int32Array): Promise<void> {
    const { pool, series } = this.#options;
    const rows = await pool.read((connection) =>
      connection.query(
        `SELECT series_id, MAX(ts) FROM reading WHERE series_id IN ${numberList([...new Set(ids)])} GROUP BY series_id`,
      ),
    );
    const byId = series.byId();
    for (const [id, tsMs] of rows) {
      const one = byId.get(toNumber(id));
      if (one !== undefined) one.newestMs = Math.max(one.newestMs, toNumber(tsMs));
    }
  }

  async #idsOf(numbers: Uint32Array): Promise<Int32Array> {
    const { series, pool, dialect } = this.#options;
    let last = -1;
    for (const number of numbers) if (number > last && series.at(number).id === 0) last = number;
    if (last >= 0) {
      const unwritten = series.unwrittenUpTo(last);
      await pool.transaction(dialect.sql.begin, (connection) => series.insert(connection, unwritten));
      await pool.read((connection) => series.learnIds(connection, unwritten));
    }
    return Int32Array.from(numbers, (number) => series.at(number).id);
  }
}

const NO_READINGS: ReadingColumns = {
  series: new Int32Array(),
  tsMs: new Float64Array(),
  values: new Float64Array(),
};

function rowsWhere({ series, tsMs, values }: ReadingColumns, isWanted: (row: number) => boolean): ReadingColumns {
  const wanted = (_: number, row: number) => isWanted(row);
  return { series: series.filter(wanted), tsMs: tsMs.filter(wanted), values: values.filter(wanted) };
}

function spansOf({ series, tsMs }: ReadingWrite["rows"]): Map<number, Span> {
  const spans = new Map<number, { firstMs: number; lastMs: number }>();
  for (let row = 0; row < series.length; row++) {
    const ms = tsMs[row] ?? 0;
    const span = spans.get(series[row] ?? 0);
    if (span === undefined) spans.set(series[row] ?? 0, { firstMs: ms, lastMs: ms });
    else if (ms < span.firstMs) span.firstMs = ms;
    else if (ms > span.lastMs) span.lastMs = ms;
  }
  return spans;
}

const ATTRIBUTE = {
  table: "attribute",
  columns: ["device", "name", "text", "changed_at"],
  keys: ["device", "name"],
  updated: ["text", "changed_at"],
};
const DEVICES_PER_STATEMENT = 500;

/** In order of their keys, so that two processes seldom wait for each other. */
function saveAttributes({ sql }: Dialect, attributes: readonly ChangedAttribute[]): Operation {
  const rows = attributes
    .toSorted((a, b) => compareText(a.device, b.device) || compareText(a.name, b.name))
    .map(({ device, name, text, changedAtMs }) => [device, name, text, changedAtMs]);
  const devices = [...new Set(attributes.map(({ device }) => device))];
  return async (connection) => {
    await upsertRows(connection, sql, ATTRIBUTE, rows);
    for (const some of groupsOf(devices, DEVICES_PER_STATEMENT)) {
      const crowded = await connection.query(
        `SELECT device FROM attribute WHERE device IN (${some.map(() => "?").join(", ")})
         GROUP BY device HAVING COUNT(*) > ${limits.attributesPerDevice}`,
        some,
      );
      for (const [device] of crowded) await dropSurplus(connection, toText(device));
    }
  };
}

/** Keeps the attributes that changed last. */
async function dropSurplus(connection: Connection, device: string): Promise<void> {
  const names = await connection.query("SELECT name FROM attribute WHERE device = ? ORDER BY changed_at DESC, name", [
    device,
  ]);
  for (const [surplus] of names.slice(limits.attributesPerDevice))
    await connection.query("DELETE FROM attribute WHERE device = ? AND name = ?", [device, toText(surplus)]);
}
