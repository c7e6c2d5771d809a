// The store in a database server: PostgreSQL, MySQL or MariaDB. Nothing is acknowledged before the server has committed it.
// One hub leads; any number of workers write readings, too. A worker creates no tables and computes no rollups.
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../../shared/error-text.ts";
import { BrambleError } from "../../../shared/errors.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { Clock } from "../../clock.ts";
import type { AuditLog } from "../audit.ts";
import { SHORTEST_STEP_MS } from "../common/bucket-parts.ts";
import type { MetadataStore } from "../metadata.ts";
import type { NoticeListener } from "../notices.ts";
import type { ReadingStore } from "../readings.ts";
import type { RecordStore } from "../records.ts";
import type { Store, StoreStatus } from "../store.ts";
import type { StoreAddress } from "../store-address.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { dialectOf } from "./dialects.ts";
import { startFailure, UncertainCommit } from "./failure.ts";
import { COMPACT_AFTER_MS, Compaction } from "./history/compaction.ts";
import { Leadership, RENEW_MS } from "./leadership.ts";
import { Notices } from "./notices.ts";
import { RowReader } from "./reading/row-reader.ts";
import { serverReadings } from "./reading/server-readings.ts";
import { Rollups } from "./rollups.ts";
import { isCurrent, migrate, openChunksInViews } from "./schema.ts";
import { serverMetadata } from "./server-metadata.ts";
import { serverAudit, serverRecords } from "./server-records.ts";
import { SharedRecords } from "./shared-records.ts";
import { toNumber, toText } from "./values.ts";
import { BatchWriter } from "./writing/batch-writer.ts";
import { CommitQueue } from "./writing/commit-queue.ts";
import { MarkedSlots } from "./writing/marked-slots.ts";
import { ReservedTimes } from "./writing/reserved-times.ts";
import { SeriesDirectory } from "./writing/series-directory.ts";
import { TimeAllocator } from "./writing/time-allocator.ts";

export interface ServerStoreOptions {
  readonly address: StoreAddress;
  /** A worker leaves the tables and the lead to a hub. */
  readonly role?: "hub" | "worker";
  readonly clock: Clock;
  /** Called once when the store has failed for good. */
  readonly onDeath: (error: Error) => void;
  /** Called when something is wrong that does not stop the store: a message for the log. */
  readonly onWarning: (message: string) => void;
  /** Called after each commit. */
  readonly onCommit: (durationSeconds: number, messages: number) => void;
  /** Readings become chunks when their day has been over for so long. */
  readonly compactAfterMs?: number;
  /** How long a server that is away is waited for at start. */
  readonly startPatienceMs?: number;
}

/** Concurrent transactions of messages. */
const MAX_CONCURRENT_TRANSACTIONS = 3;
const READERS = 3;
const MAINTENANCE_PERIOD_MS = 10_000;
const START_PATIENCE_MS = 20_000;
const RETRY_MS = 250;
/** A worker's transactions of a slot have ended so long after it, by the server's clock: it relies on no mark of an older one. */
const ROLLUP_DELAY_MS = 3 * 60_000;
const COMPACTION_PERIOD_MS = 3_600_000;
/** How often a standby hub tries to become the leader. */
const TAKE_OVER_PERIOD_MS = 1_000;
/** Up to here readings are counted, beyond that estimated. */
const MAX_COUNTED_READINGS = 200_000;

export class ServerStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  readonly metadata: MetadataStore;
  /** Records of which several processes write some. */
  readonly shared: SharedRecords;
  /** Of readings that wait until the server is back. */
  readonly reserved: ReservedTimes;
  readonly backup = null;
  readonly #options: ServerStoreOptions;
  readonly #dialect: Dialect;
  readonly #leadership: Leadership;
  readonly #writers: ConnectionPool;
  /** What changes history, step by step: rollups, compaction, copies and removals. */
  readonly #maintainers: ConnectionPool;
  readonly #readers: ConnectionPool;
  readonly #series: SeriesDirectory;
  readonly #commits: CommitQueue;
  readonly #rows: RowReader;
  readonly #rollups: Rollups;
  readonly #compaction: Compaction;
  readonly #notices: Notices;
  readonly #marked: MarkedSlots;
  #endTimers: (() => void)[] = [];
  /** Of the server's clock, ahead of this process's steady one. */
  #clockAheadMs = 0;
  #markedSlot = 0;
  #nextCompactionMs = 0;
  #isDead = false;
  #stopping: Promise<void> | null = null;

  constructor(options: ServerStoreOptions) {
    const { address, onCommit, role = "hub" } = options;
    const dialect = dialectOf(address);
    const leadership = new Leadership(dialect, { onGranted: () => this.#reconnect() });
    const isWorker = role === "worker";
    const onReadOnly = () => {
      void leadership.renew();
      this.#reconnect();
    };
    const forWriting = { dialect, onReadOnly, ...(!isWorker && { permit: () => this.#lead() }) };
    const writers = new ConnectionPool({ ...forWriting, size: MAX_CONCURRENT_TRANSACTIONS });
    const maintainers = new ConnectionPool({ ...forWriting, size: 1 });
    const readers = new ConnectionPool({ dialect, onReadOnly, size: READERS });
    const series = new SeriesDirectory(dialect);
    const rows = new RowReader(options.onWarning);
    const times = new TimeAllocator(readers, rows, series);
    const marked = isWorker ? new MarkedSlots(() => this.#currentSlot) : new MarkedSlots();
    const writer = new BatchWriter({ dialect, pool: writers, series, times, marked });
    const commits = new CommitQueue({ series, writer, maxConcurrent: MAX_CONCURRENT_TRANSACTIONS, onCommit });
    this.#options = options;
    this.#dialect = dialect;
    this.#leadership = leadership;
    this.#writers = writers;
    this.#maintainers = maintainers;
    this.#readers = readers;
    this.#series = series;
    this.#commits = commits;
    this.#rows = rows;
    this.#rollups = new Rollups({ dialect, pool: maintainers, rows, marked, settled: () => commits.settled() });
    this.#compaction = new Compaction({ dialect, pool: maintainers, rows });
    const compactedToMs = () => this.#compactedToMs;
    this.readings = serverReadings({ dialect, commits, series, times, rows, readers, maintainers, compactedToMs });
    this.records = serverRecords(dialect, commits, readers);
    this.audit = serverAudit(dialect, commits, readers);
    this.metadata = serverMetadata(dialect, commits, readers);
    this.shared = new SharedRecords({ dialect, commits, pool: readers, series });
    this.reserved = new ReservedTimes(series);
    this.#notices = new Notices(dialect, readers);
    this.#marked = marked;
  }

  get #isWorker(): boolean {
    return this.#options.role === "worker";
  }

  /** By the server's clock. */
  get #currentSlot(): number {
    return Math.floor((performance.now() + this.#clockAheadMs) / SHORTEST_STEP_MS);
  }

  /** Days before this time are compacted. */
  get #compactedToMs(): number {
    const { clock, compactAfterMs = COMPACT_AFTER_MS } = this.#options;
    return Math.floor((clock.now() - compactAfterMs) / DAY_MS) * DAY_MS;
  }

  async start(): Promise<void> {
    const { address, clock, onWarning } = this.#options;
    try {
      await this.#untilReachable();
      if (this.#isWorker) await this.#untilMigrated();
      else {
        await this.#untilLeading();
        await this.#writers.transaction(this.#dialect.sql.begin, (connection) => migrate(connection, this.#dialect));
        await this.#leadership.begin();
        await this.#completeViews();
      }
      await this.#readClock();
      await this.#readers.use((connection) => this.#series.load(connection));
      const warnings = await this.#readers.use((connection) => connection.query(this.#dialect.sql.durabilityWarnings));
      for (const [sentence] of warnings) onWarning(toText(sentence));
    } catch (error) {
      this.#close();
      throw startFailure(address, error);
    }
    this.#endTimers = [
      clock.every(MAINTENANCE_PERIOD_MS, () => void this.#runMaintenance()),
      clock.every(RENEW_MS, () => void this.#leadership.renew()),
    ];
  }

  /** Whether an operation failed because the server is not there, or cannot store: it may later. */
  isAway(error: unknown): boolean {
    const { cause } = error instanceof BrambleError ? error : {};
    const kind = cause === undefined ? "other" : this.#dialect.failureKind(cause);
    return kind === "unreachable" || kind === "starting" || kind === "disk-full" || kind === "read-only";
  }

  /** The times that were allocated to the readings of a message before it failed; null where none were. */
  attemptedTimes(error: unknown): Float64Array | null {
    return error instanceof UncertainCommit ? error.tsMs : null;
  }

  /** Resolves where the server answers. */
  async ping(): Promise<void> {
    await this.#readers.read((connection) => connection.query("SELECT 1"));
  }

  /** Notifies the other processes on the database with a text of `MAX_NOTICE_BYTES` at most. */
  notify(text: string): Promise<void> {
    return this.#notices.publish(text);
  }

  /** Listens to notifications, those of this process too, until the store is stopped. */
  listen(listener: NoticeListener): void {
    this.#notices.listen(listener);
  }

  /** A place that one worker at a time may hold. */
  slot(number: number): Leadership {
    return new Leadership(this.#dialect, { slot: number });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Computes the rollups of all ended slots whose readings changed; maintenance does so periodically. */
  refreshRollups(): Promise<void> {
    return this.#rollups.refresh(this.#options.clock.now());
  }

  /** Compacts all readings that are old enough, and merges late ones into chunks; maintenance does so every hour. */
  compact(): Promise<void> {
    return this.#compaction.run(this.#compactedToMs);
  }

  async releaseMemory(): Promise<void> {
    // Its buffers are small, and collected as garbage.
  }

  async status(): Promise<StoreStatus> {
    const { sql } = this.#dialect;
    return this.#readers.read(async (connection) => {
      const estimated = await single(connection, sql.estimatedReadings);
      const isCounted = estimated <= MAX_COUNTED_READINGS;
      return {
        storedBytes: await single(connection, sql.storedBytes),
        storedReadings:
          (isCounted ? await single(connection, "SELECT COUNT(*) FROM reading") : estimated) +
          (await single(connection, "SELECT SUM(readings) FROM reading_chunk")),
        pendingReadings: 0,
        pendingSinceMs: null,
        damagedParts: this.#rows.damagedChunks,
        details: {},
      };
    });
  }

  async #stop(): Promise<void> {
    for (const end of this.#endTimers.splice(0)) end();
    await this.#notices.stop();
    await this.#compaction.stop();
    await this.#rollups.stop();
    await this.#commits.close();
    this.#close();
  }

  #close(): void {
    this.#readers.close();
    this.#writers.close();
    this.#maintainers.close();
    this.#leadership.end();
  }

  /** A server that starts together with the hub may come later. */
  async #untilReachable(): Promise<void> {
    const { startPatienceMs = START_PATIENCE_MS, onWarning } = this.#options;
    const endMs = performance.now() + startPatienceMs;
    for (let isFirst = true; ; isFirst = false) {
      try {
        await this.#readers.use(async () => undefined);
        return;
      } catch (error) {
        if (!this.#mayPass(error) || performance.now() + RETRY_MS > endMs || this.#stopping !== null) throw error;
        if (isFirst && error instanceof Error) onWarning(`${error.message} It is tried again.`);
        await sleep(RETRY_MS);
      }
    }
  }

  /** Whether the server may answer again by itself. */
  #mayPass(error: unknown): boolean {
    const kind = this.#dialect.failureKind(error instanceof BrambleError ? error.cause : error);
    return kind === "unreachable" || kind === "starting" || kind === "read-only";
  }

  /** False while the server is away, too: one that waits does not end with it. */
  async #isSo(ask: () => Promise<boolean>): Promise<boolean> {
    try {
      return await ask();
    } catch (error) {
      if (!this.#mayPass(error)) throw error;
      return false;
    }
  }

  /** While another hub works on the database, this one waits: it takes over when the other is gone. */
  async #untilLeading(): Promise<void> {
    if (await this.#leadership.claim()) return;
    this.#options.onWarning("Another hub works on this database. This one waits, and takes over when it ends.");
    do {
      if (this.#stopping !== null) throw new Error("It was stopped while another hub worked on this database.");
      await sleep(TAKE_OVER_PERIOD_MS);
    } while (!(await this.#isSo(() => this.#leadership.claim())));
  }

  /** The tables are made by a hub, which may start later. */
  async #untilMigrated(): Promise<void> {
    const areMade = () => this.#readers.read((connection) => isCurrent(connection, this.#dialect));
    if (await areMade()) return;
    this.#options.onWarning("The database has no tables of this version yet. A hub makes them: bramble serve --store.");
    do {
      if (this.#stopping !== null) throw new Error("It was stopped while it waited for a hub to make the tables.");
      await sleep(TAKE_OVER_PERIOD_MS);
    } while (!(await this.#isSo(areMade)));
  }

  async #completeViews(): Promise<void> {
    try {
      await this.#writers.transaction(this.#dialect.sql.begin, (connection) =>
        openChunksInViews(connection, this.#dialect),
      );
    } catch (error) {
      const reason = errorText(error);
      this.#options.onWarning(`The view bramble_reading lacks readings older than 90 days. ${reason}`);
    }
  }

  /** To the server that the address leads to now. */
  #reconnect(): void {
    for (const pool of [this.#readers, this.#writers, this.#maintainers]) pool.reconnect();
  }

  async #readClock(): Promise<number> {
    const serverMs = await this.#readers.read((connection) => single(connection, this.#dialect.sql.nowMs));
    this.#clockAheadMs = serverMs - performance.now();
    return serverMs;
  }

  /** Before each transaction: the connection that holds the lock may be lost. */
  async #lead(): Promise<void> {
    // A hub that has lost the lead never has it again: its memory lacks what the other one has changed.
    if (!this.#isDead && (this.#leadership.isHeld || (await this.#leadership.claim()))) return;
    const error = new BrambleError("store-failed", "Another hub has taken over the database. This one stops.");
    const isNew = !this.#isDead;
    this.#isDead = true;
    if (isNew) this.#options.onDeath(error);
    throw error;
  }

  async #runMaintenance(): Promise<void> {
    const { clock, onWarning } = this.#options;
    try {
      const serverMs = await this.#readClock();
      if (!this.#isWorker) {
        await this.#rollups.refresh(Math.min(clock.now(), serverMs - ROLLUP_DELAY_MS));
        if (clock.now() < this.#nextCompactionMs) return;
        this.#nextCompactionMs = clock.now() + COMPACTION_PERIOD_MS;
        this.compact().catch((error: unknown) => onWarning(String(error)));
      } else if (this.#markedSlot !== this.#currentSlot) {
        this.#markedSlot = this.#currentSlot;
        this.#marked.forget();
      }
    } catch (error) {
      onWarning(String(error));
    }
  }
}

async function single(connection: Connection, sql: string): Promise<number> {
  const [row] = await connection.query(sql);
  return toNumber(row?.[0] ?? 0);
}
