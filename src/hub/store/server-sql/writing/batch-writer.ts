// Turns a batch into a transaction: gives its series ids and its readings times, finds out which slots of the rollups change, and
// writes all of it. Batches are prepared one after the other, in order; writing several at once is the queue's business.
import { limits } from "../../../../shared/reading.ts";
import { batchColumns } from "../../common/batch.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Connection, Dialect, ReadingWrite } from "../dialect.ts";
import { toText } from "../values.ts";
import type { Batch, ChangedAttribute, Operation } from "./batch.ts";
import { inKeyOrder } from "./key-order.ts";
import { type MarkedSlots, NewMarks } from "./marked-slots.ts";
import type { SeriesDirectory } from "./series-directory.ts";
import type { TimeAllocator } from "./time-allocator.ts";

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

export class PreparedBatch {
  /** Of each reading, in the order in which they were handed in. */
  readonly tsMs: Float64Array;
  readonly write: ReadingWrite;
  readonly marks: NewMarks;
  readonly operations: readonly Operation[];
  readonly #spans: ReadonlyMap<number, Span>;

  constructor(
    tsMs: Float64Array,
    write: ReadingWrite,
    marks: NewMarks,
    operations: readonly Operation[],
    spans: ReadonlyMap<number, Span>,
  ) {
    this.tsMs = tsMs;
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
    const { times, marked } = this.#options;
    const { readings, untimed } = batch.readings.finish();
    const columns = batchColumns(readings);
    const ids = await this.#idsOf(columns.series);
    const { isNew } = await times.assign(columns, untimed, settled);
    const marks = new NewMarks(marked);
    for (let row = 0; row < ids.length; row++) marks.add(ids[row] ?? 0, columns.tsMs[row] ?? 0);
    const arrived = { series: ids, tsMs: columns.tsMs, values: columns.values };
    const rows = isNew && !this.#options.dialect.wantsKeyOrder ? arrived : inKeyOrder(arrived);
    const attributes = [...batch.attributes.values()].map(saveAttribute(this.#options.dialect));
    const write = { rows, marks, isNew };
    return new PreparedBatch(columns.tsMs, write, marks, [...attributes, ...batch.operations], spansOf(arrived));
  }

  /** Resolves once all of it is committed; where it rejects, none of it is, but for what a lost connection leaves open. */
  async write({ write, marks, operations }: PreparedBatch): Promise<void> {
    const { dialect, pool, times } = this.#options;
    try {
      const hasReadings = write.rows.tsMs.length > 0;
      if (hasReadings && operations.length === 0 && dialect.isOneStatement(write))
        await pool.transaction(null, (connection) => connection.writeReadings(write));
      else if (hasReadings || operations.length > 0)
        await pool.transaction(dialect.sql.begin, async (connection) => {
          if (hasReadings) await connection.writeReadings(write);
          for (const operation of operations) await operation(connection);
        });
      marks.committed();
    } catch (error) {
      // What was taken for these readings is free again, or is not: the database will be asked.
      times.forgetAll();
      throw error;
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

function saveAttribute({ sql }: Dialect): (attribute: ChangedAttribute) => Operation {
  const save = sql.upsert(
    "attribute",
    ["device", "name", "text", "changed_at"],
    ["device", "name"],
    ["text", "changed_at"],
  );
  return ({ device, name, text, changedAtMs }) =>
    async (connection: Connection) => {
      await connection.query(save, [device, name, text, changedAtMs]);
      const names = await connection.query(
        "SELECT name FROM attribute WHERE device = ? ORDER BY changed_at DESC, name",
        [device],
      );
      for (const [surplus] of names.slice(limits.attributesPerDevice))
        await connection.query("DELETE FROM attribute WHERE device = ? AND name = ?", [device, toText(surplus)]);
    };
}
