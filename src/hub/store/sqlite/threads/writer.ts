// The writer thread: the only one that writes. A batch is one transaction, on disk when it answers. Between batches the
// journal is sealed.
import Database from "better-sqlite3";
import { findCollector } from "../../../process/garbage.ts";
import { batchColumns } from "../../codec/batch.ts";
import { TimestampAllocator } from "../../common/timestamp-allocator.ts";
import { Chunks } from "../engine/chunks.ts";
import { History } from "../engine/history.ts";
import { Journal } from "../engine/journal.ts";
import { Maintenance, type Removal, type SeriesPair } from "../engine/maintenance.ts";
import { MemTables } from "../engine/mem-tables.ts";
import { layOut, migrate } from "../engine/migrations.ts";
import { type RecordOperation, RecordTables } from "../engine/record-tables.ts";
import { Sealer } from "../engine/sealer.ts";
import { trimHeap } from "./trim-heap.ts";
import { answerCalls, notify } from "./worker-port.ts";

/** The content of one transaction. */
export interface WriteBatch {
  /** Readings in the layout of `batchColumns`; a reading without a time has that of its receipt. */
  readonly readings: Uint8Array;
  /** 1 for each reading that came without a time, else 0. */
  readonly untimed: Uint8Array;
  readonly receivedAtMs: number;
  /** Series that appear for the first time. */
  readonly newSeries: readonly SeriesRow[];
  readonly records: readonly RecordOperation[];
}

export interface SeriesRow {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
}

export interface WriterStatus {
  readonly sealedReadings: number;
  readonly journalReadings: number;
  readonly journalSinceMs: number | null;
}

/**
 * The journal is sealed when it holds so many readings: at least the first number, at most the last, and of each series
 * in it so many that it pays to open its chunk and to write it again.
 */
const SEAL_READINGS = { least: 262_144, perSeries: 2_048, most: 1_048_576 };
/** Or when its oldest row is so old. */
const SEAL_AGE_MS = 3_600_000;
/** The limit while few arrive, to release the memory of an earlier flood. */
const CALM = { sealReadings: 65_536, freshReadings: 1_024 };
/** Beyond so many, commits wait for steps of sealing: one for so many readings, which is what a step seals at least. */
const UNSEALED_READINGS = 2_097_152;
const READINGS_PER_STEP = 1_000;
/** 4 MB: a checkpoint takes some milliseconds. */
const WAL_PAGES = 4_096;
const CACHED_READINGS = 131_072;

class Writer {
  readonly #db: Database.Database;
  readonly #journal: Journal;
  readonly #memTables: MemTables;
  readonly #timestamps: TimestampAllocator;
  readonly #sealer: Sealer;
  readonly #maintenance: Maintenance;
  readonly #records: RecordTables;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #collectGarbage = findCollector();
  /** Committed since maintenance last ran. */
  #freshReadings = 0;
  /** True from a failure to seal until maintenance runs next, and when it is closed. */
  #isPaused = false;

  constructor(path: string) {
    const db = new Database(path);
    migrate(db, path);
    layOut(db);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    const chunks = new Chunks(db, {
      cachedReadings: CACHED_READINGS,
      onDamage: (damage) => notify({ kind: "damaged-chunk", ...damage }),
    });
    this.#db = db;
    this.#journal = new Journal(db);
    db.transaction(() =>
      this.#journal.setDamagedAside((rowId) => notify({ kind: "damaged-journal-row", rowId })),
    ).immediate();
    this.#memTables = new MemTables(this.#journal);
    const history = new History(chunks, this.#memTables);
    this.#timestamps = new TimestampAllocator((series, fromMs) => history.timesFrom(series, fromMs));
    this.#sealer = new Sealer(db, chunks);
    this.#maintenance = new Maintenance({
      db,
      journal: this.#journal,
      memTables: this.#memTables,
      sealer: this.#sealer,
      onCopied: (series) => this.#timestamps.forget(series),
    });
    this.#records = new RecordTables(db);
    this.#statements = prepare(db);
  }

  series(): SeriesRow[] {
    return this.#statements.series.all();
  }

  /** All of `batch` in one transaction; what it throws undoes all of it. Answers with the time of each reading. */
  commit(batch: WriteBatch): Float64Array {
    // A small batch may go first: sealing continues between commits anyway.
    if (batch.untimed.length >= READINGS_PER_STEP) this.catchUp();
    try {
      const tsMs = this.#db.transaction(() => this.#write(batch)).immediate();
      this.#freshReadings += tsMs.length;
      if (this.#memTables.count >= this.#sealReadings) this.#sealInBackground();
      return tsMs;
    } catch (error) {
      // The caches of this transaction were rolled back with it.
      this.#timestamps.clear();
      this.#memTables.undo();
      throw error;
    }
  }

  /** Bounds the journal: writers that outrun sealing wait for it. Answers whether there is still too much. */
  catchUp(): boolean {
    if (this.#memTables.count > UNSEALED_READINGS) this.#maintenance.step();
    return this.#memTables.count > UNSEALED_READINGS;
  }

  /** Seals a journal that has grown old, or that a flood has left behind. */
  runMaintenance(nowMs: number): void {
    const sinceMs = this.#journal.sinceMs;
    this.#isPaused = false;
    const { count } = this.#memTables;
    // Rows from the future were stored before the clock was corrected.
    const isOld = sinceMs !== null && Math.abs(nowMs - sinceMs) >= SEAL_AGE_MS;
    const isCalm = this.#freshReadings < CALM.freshReadings;
    this.#freshReadings = 0;
    if (isOld || count >= this.#sealReadings || (isCalm && count >= CALM.sealReadings)) this.#sealInBackground();
  }

  /** Returns the free memory of the whole process to the system: the threads share a heap. */
  releaseMemory(): void {
    this.#collectGarbage();
    trimHeap();
  }

  seal(): Promise<void> {
    return this.#maintenance.seal();
  }

  async remove(removals: readonly Removal[]): Promise<void> {
    try {
      await this.#maintenance.remove(removals);
    } finally {
      // Times that were taken are free again.
      this.#timestamps.clear();
    }
  }

  copy(pairs: readonly SeriesPair[]): Promise<void> {
    return this.#maintenance.copy(pairs);
  }

  status(): WriterStatus {
    return {
      sealedReadings: this.#sealer.sealedReadings,
      journalReadings: this.#memTables.count,
      journalSinceMs: this.#journal.sinceMs,
    };
  }

  close(): void {
    this.#isPaused = true;
    this.#maintenance.stop();
    this.#db.close();
  }

  get #sealReadings(): number {
    const { least, perSeries, most } = SEAL_READINGS;
    return Math.min(most, Math.max(least, perSeries * this.#memTables.fresh.seriesCount));
  }

  #sealInBackground(): void {
    if (this.#maintenance.isSealing || this.#isPaused) return;
    // Nothing is lost: the readings stay in the journal, and are sealed next time.
    this.#maintenance.seal().catch((error: unknown) => {
      if (this.#isPaused) return;
      this.#isPaused = true;
      notify({ kind: "maintenance-failed", reason: String(error) });
    });
  }

  #write({ readings, untimed, receivedAtMs, newSeries, records }: WriteBatch): Float64Array {
    for (const { id, device, metric } of newSeries) this.#statements.addSeries.run(id, device, metric);
    const columns = batchColumns(readings);
    const { series, tsMs } = columns;
    for (let row = 0; row < series.length; row++) {
      const id = series[row] ?? 0;
      const ms = tsMs[row] ?? 0;
      if (untimed[row] === 1) tsMs[row] = this.#timestamps.take(id, ms);
      else this.#timestamps.taken(id, ms);
      this.#memTables.fresh.addRow(columns, row);
    }
    if (series.length > 0) this.#journal.append(receivedAtMs, columns);
    for (const operation of records) this.#records.write(operation);
    this.#records.finish();
    return tsMs;
  }
}

function prepare(db: Database.Database) {
  return {
    series: db.prepare<[], SeriesRow>("SELECT id, device, metric FROM series ORDER BY id"),
    addSeries: db.prepare("INSERT INTO series (id, device, metric) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"),
  };
}

let writer: Writer | undefined;

function open(): Writer {
  if (writer === undefined) throw new Error("the store is not open");
  return writer;
}

const methods = {
  open(path: string): readonly SeriesRow[] {
    writer = new Writer(path);
    return writer.series();
  },
  commit: (batch: WriteBatch): Float64Array => open().commit(batch),
  catchUp: (_: null): boolean => open().catchUp(),
  runMaintenance: (nowMs: number): void => open().runMaintenance(nowMs),
  releaseMemory: (_: null): void => open().releaseMemory(),
  seal: (_: null): Promise<void> => open().seal(),
  remove: (removals: readonly Removal[]): Promise<void> => open().remove(removals),
  copy: (pairs: readonly SeriesPair[]): Promise<void> => open().copy(pairs),
  status: (_: null): WriterStatus => open().status(),
  close(_: null): void {
    writer?.close();
    writer = undefined;
  },
};
export type WriterMethods = typeof methods;

answerCalls(methods);
