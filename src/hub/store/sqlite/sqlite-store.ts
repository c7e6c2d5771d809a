// The default store: one SQLite file, a thread that writes it and one that reads it.
import { errorText } from "../../../shared/error-text.ts";
import { Failure } from "../../../shared/errors.ts";
import type { Clock } from "../../clock.ts";
import type { AuditLog } from "../audit.ts";
import type { MetadataStore } from "../metadata.ts";
import type { ReadingStore } from "../readings.ts";
import type { RecordStore } from "../records.ts";
import type { Store, StoreBackup, StoreStatus } from "../store.ts";
import { fileSizes } from "./file-sizes.ts";
import { GroupCommit } from "./group-commit.ts";
import { openFailure } from "./open-failure.ts";
import { SeriesIds } from "./series-ids.ts";
import { SqliteBackup } from "./sqlite-backup.ts";
import { sqliteMetadata } from "./sqlite-metadata.ts";
import { sqliteReadings } from "./sqlite-readings.ts";
import { sqliteAudit, sqliteRecords } from "./sqlite-records.ts";
import type { ReaderMethods } from "./threads/reader.ts";
import { SleepingWorker } from "./threads/sleeping-worker.ts";
import { WorkerClient, type WorkerEvents } from "./threads/worker-client.ts";
import type { Notice } from "./threads/worker-port.ts";
import type { WriterMethods } from "./threads/writer.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Called once when one of the store's threads dies: nothing can be acknowledged any more. */
  readonly onDeath: (error: Error) => void;
  /** Called when something is wrong that does not stop the store: a message for the log. */
  readonly onWarning: (message: string) => void;
  /** Called after each commit. */
  readonly onCommit: (durationSeconds: number, messages: number) => void;
}

export interface SqliteStatus extends StoreStatus {
  /** Readings in chunks, the write-ahead log's size, and rows of the journal that were found damaged since the start. */
  readonly details: Readonly<Record<"sealedReadings" | "logBytes" | "damagedJournalRows", number>>;
}

const MAINTENANCE_PERIOD_MS = 10_000;
/** The reader thread ends after so long without a query, or twice as long. */
const READER_IDLE_PERIOD_MS = 5_000;

export class SqliteStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  readonly metadata: MetadataStore;
  readonly backup: StoreBackup;
  readonly #options: SqliteStoreOptions;
  readonly #writer: WorkerClient<WriterMethods>;
  readonly #reader: SleepingWorker<ReaderMethods>;
  readonly #series = new SeriesIds();
  readonly #commits: GroupCommit;
  /** By series, first time and checksum: both threads may find the same damaged chunk. */
  readonly #damagedChunks = new Set<string>();
  readonly #damagedRows = new Set<number>();
  /** Settled once the writer has brought the file up to date: it can be read from then on. */
  #opened: Promise<unknown> = Promise.resolve();
  #endTimers: (() => void)[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    const events = { onDeath: options.onDeath, onNotice: (notice: Notice) => this.#onNotice(notice) };
    this.#writer = new WorkerClient(workerUrl("writer"), events);
    this.#reader = new SleepingWorker(() => openReader(options.path, this.#opened, events));
    this.#commits = new GroupCommit({
      series: this.#series,
      commit: (batch) => this.#writer.call("commit", batch),
      catchUp: () => this.#writer.call("catchUp", null),
      onCommit: options.onCommit,
    });
    this.readings = sqliteReadings(this.#commits, this.#series, this.#writer, this.#reader);
    this.records = sqliteRecords(this.#commits, this.#reader);
    this.audit = sqliteAudit(this.#commits, this.#reader);
    this.metadata = sqliteMetadata(this.#commits, this.#reader);
    this.backup = new SqliteBackup(options.path, workerUrl("copier"));
  }

  async start(): Promise<void> {
    const { path, clock } = this.#options;
    try {
      const opened = this.#writer.call("open", path);
      this.#opened = opened;
      // The reader thread starts concurrently.
      const [series] = await Promise.all([opened, this.#reader.call("settings", null)]);
      this.#series.load(series);
    } catch (cause) {
      const reason = errorText(cause);
      throw new Failure(openFailure(path, reason), { cause });
    }
    this.#endTimers = [
      clock.every(MAINTENANCE_PERIOD_MS, () => this.#runMaintenance()),
      clock.every(READER_IDLE_PERIOD_MS, () => void this.#reader.sleepIfIdle()),
    ];
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const end of this.#endTimers.splice(0)) end();
    await this.#commits.idle();
    await this.#reader.stop();
    await this.#writer.call("close", null);
    await this.#writer.stop();
  }

  /** Resolves when every reading stored now is sealed; maintenance does so eventually. */
  async seal(): Promise<void> {
    await this.#writer.call("seal", null);
  }

  async releaseMemory(): Promise<void> {
    await this.#writer.call("releaseMemory", null);
  }

  async status(): Promise<SqliteStatus> {
    const [{ sealedReadings, journalReadings, journalSinceMs }, { databaseBytes, logBytes }] = await Promise.all([
      this.#writer.call("status", null),
      fileSizes(this.#options.path),
    ]);
    return {
      storedBytes: databaseBytes + logBytes,
      storedReadings: sealedReadings + journalReadings,
      pendingReadings: journalReadings,
      pendingSinceMs: journalSinceMs,
      damagedParts: this.#damagedChunks.size,
      details: { sealedReadings, logBytes, damagedJournalRows: this.#damagedRows.size },
    };
  }

  #runMaintenance(): void {
    const { clock, onWarning } = this.#options;
    this.#writer.call("runMaintenance", clock.now()).catch((error: unknown) => onWarning(String(error)));
  }

  #onNotice(notice: Notice): void {
    const { onWarning } = this.#options;
    switch (notice.kind) {
      case "damaged-chunk": {
        const { series, firstMs, lastMs, count, checksum } = notice.head;
        const key = `${series}:${firstMs}:${checksum}`;
        if (this.#damagedChunks.has(key)) return;
        this.#damagedChunks.add(key);
        const range = `${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`;
        onWarning(
          `a chunk is damaged (${notice.reason}): ${count} readings of series ${series}, ${range}. See bramble check.`,
        );
        break;
      }
      case "damaged-journal-row": {
        const { rowId } = notice;
        if (this.#damagedRows.has(rowId)) return;
        this.#damagedRows.add(rowId);
        onWarning(`row ${rowId} of the journal is damaged: the readings of one commit. See bramble check.`);
        break;
      }
      case "maintenance-failed":
        onWarning(`the journal could not be sealed and will be tried again: ${notice.reason}`);
        break;
    }
  }
}

async function openReader(
  path: string,
  opened: Promise<unknown>,
  events: WorkerEvents,
): Promise<WorkerClient<ReaderMethods>> {
  const reader = new WorkerClient<ReaderMethods>(workerUrl("reader"), events);
  try {
    await opened;
    await reader.call("open", path);
  } catch (error) {
    await reader.stop();
    throw error;
  }
  return reader;
}

/** A file of its own: TypeScript in the source tree, JavaScript beside this one in the built hub. */
function workerUrl(name: "writer" | "reader" | "copier"): URL {
  const path = import.meta.url.endsWith(".ts") ? `./threads/${name}.ts` : `./${name}.js`;
  return new URL(path, import.meta.url);
}
