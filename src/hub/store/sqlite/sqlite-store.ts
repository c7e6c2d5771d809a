// The default store: one SQLite file, a thread that writes it and one that reads it.
import { stat } from "node:fs/promises";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { Command } from "../../../shared/command.ts";
import { BrambleError } from "../../../shared/errors.ts";
import { parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { IncomingAttribute } from "../../../shared/reading.ts";
import type { Clock } from "../../clock.ts";
import type { CsvFormat } from "../../csv/csv-format.ts";
import type { ReadingSelection, ReadingStore } from "../readings.ts";
import { DeviceRecord, type RecordStore, RefusedRecord, RetentionRecord } from "../records.ts";
import type { Store, StoreStatus } from "../store.ts";
import { GroupCommit } from "./group-commit.ts";
import type { CsvPlace } from "./queries/csv-export.ts";
import { SeriesIds } from "./series-ids.ts";
import type { ReaderMethods, RecordTable } from "./threads/reader.ts";
import { SleepingWorker } from "./threads/sleeping-worker.ts";
import { WorkerClient, type WorkerEvents } from "./threads/worker-client.ts";
import { moving, type Notice } from "./threads/worker-port.ts";
import type { WriterMethods } from "./threads/writer.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Called once when one of the store's threads dies: nothing can be acknowledged any more. */
  readonly onDeath: (error: Error) => void;
  /** Called when something is wrong that does not stop the store: words for the log. */
  readonly onTrouble: (words: string) => void;
  /** Called after each commit. */
  readonly onCommit: (durationSeconds: number, messages: number) => void;
}

const MAINTENANCE_PERIOD_MS = 10_000;
/** The reader sleeps when nobody asked for so long, or twice as long. */
const READER_IDLE_PERIOD_MS = 5_000;

export class SqliteStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly #options: SqliteStoreOptions;
  readonly #writer: WorkerClient<WriterMethods>;
  readonly #reader: SleepingWorker<ReaderMethods>;
  readonly #series = new SeriesIds();
  readonly #commits: GroupCommit;
  /** By series, first time and checksum: both threads may come across the same one. */
  readonly #damagedChunks = new Set<string>();
  readonly #damagedRows = new Set<number>();
  /** Settled once the writer has brought the file up to date: it can be read from then on. */
  #opened: Promise<unknown> = Promise.resolve();
  #endTimers: (() => void)[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    const events = { onDeath: options.onDeath, onNotice: (notice: Notice) => this.#noticed(notice) };
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
  }

  async start(): Promise<void> {
    const { path, clock } = this.#options;
    try {
      const opened = this.#writer.call("open", path);
      this.#opened = opened;
      // The reader's thread comes up meanwhile.
      const [series] = await Promise.all([opened, this.#reader.call("records", "setting")]);
      this.#series.load(series);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const words = `The database ${path} cannot be opened: ${reason}. Move it away or name another folder with --data.`;
      throw new BrambleError("store-failed", words, { cause });
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

  /** Resolves when every reading that is stored now is sealed; it happens by itself, sooner or later. */
  async seal(): Promise<void> {
    await this.#writer.call("seal", null);
  }

  async releaseMemory(): Promise<void> {
    await this.#writer.call("releaseMemory", null);
  }

  async status(): Promise<StoreStatus> {
    const { path } = this.#options;
    const [writer, ...sizes] = await Promise.all([
      this.#writer.call("status", null),
      fileBytes(path),
      fileBytes(`${path}-wal`),
    ]);
    return {
      ...writer,
      storedBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      damagedChunks: this.#damagedChunks.size,
    };
  }

  #runMaintenance(): void {
    const { clock, onTrouble } = this.#options;
    this.#writer.call("runMaintenance", clock.now()).catch((error: unknown) => onTrouble(String(error)));
  }

  #noticed(notice: Notice): void {
    const { onTrouble } = this.#options;
    switch (notice.kind) {
      case "damaged-chunk": {
        const { series, firstMs, lastMs, count, checksum } = notice.head;
        const key = `${series}:${firstMs}:${checksum}`;
        if (this.#damagedChunks.has(key)) return;
        this.#damagedChunks.add(key);
        const range = `${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`;
        onTrouble(
          `a chunk is damaged (${notice.reason}): ${count} readings of series ${series}, ${range}. See bramble check.`,
        );
        break;
      }
      case "damaged-journal-row": {
        const { rowId } = notice;
        if (this.#damagedRows.has(rowId)) return;
        this.#damagedRows.add(rowId);
        onTrouble(`row ${rowId} of the journal is damaged: the readings of one commit. See bramble check.`);
        break;
      }
      case "maintenance-failed":
        onTrouble(`the journal could not be sealed and will be tried again: ${notice.reason}`);
        break;
    }
  }
}

function sqliteReadings(
  commits: GroupCommit,
  series: SeriesIds,
  writer: WorkerClient<WriterMethods>,
  reader: SleepingWorker<ReaderMethods>,
): ReadingStore {
  /** The reader tells the files under way apart by their numbers. */
  let files = 0;
  return {
    append: (message) => commits.append(message),
    latest: () => reader.call("latest", null),
    buckets: (query) => reader.call("buckets", query),
    page: (query) => reader.call("page", query),
    csv: (selection, format) => csvPieces(reader, ++files, selection, format),
    async copy(device, metrics, into) {
      const pairs = metrics.flatMap((metric) =>
        series
          .select({ devices: [device], metrics: [metric] })
          .map((from) => ({ from, into: series.idOf(into, metric) })),
      );
      await commits.flush();
      await writer.call("copy", pairs);
    },
    async remove(selection) {
      const { fromMs, toMs } = selection;
      await writer.call(
        "remove",
        series.select(selection).map((id) => ({ series: id, fromMs, toMs })),
      );
    },
  };
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

/** Asks for the next piece while the last one is being sent; what was sent gives its memory to the one after. */
async function* csvPieces(
  reader: SleepingWorker<ReaderMethods>,
  file: number,
  selection: ReadingSelection,
  format: CsvFormat,
): AsyncGenerator<Uint8Array> {
  const ask = (next: CsvPlace | null, buffer: ArrayBuffer | null) =>
    reader.call("csvPiece", moving({ file, selection, format, next, buffer }, buffer === null ? [] : [buffer]));
  let isWhole = false;
  try {
    let piece = await ask(null, null);
    let sent: ArrayBuffer | null = null;
    while (piece.next !== null) {
      if (piece.bytes.length === 0) {
        piece = await ask(piece.next, piece.bytes.buffer);
        continue;
      }
      const next = ask(piece.next, sent);
      // Whoever asked may leave in between; then nobody hears of a failure.
      next.catch(() => undefined);
      yield piece.bytes;
      sent = piece.bytes.buffer;
      piece = await next;
    }
    isWhole = true;
    if (piece.bytes.length > 0) yield piece.bytes;
  } finally {
    // Where there is no reader any more, it keeps nothing.
    if (!isWhole) reader.call("endCsv", file).catch(() => undefined);
  }
}

function sqliteRecords(commits: GroupCommit, reader: SleepingWorker<ReaderMethods>): RecordStore {
  const rows = async <T extends TSchema>(table: RecordTable, schema: T): Promise<Static<T>[]> =>
    (await reader.call("records", table)).map((row) => Value.Parse(schema, row));
  const parsed = async <T extends TSchema>(table: RecordTable, schema: T): Promise<Static<T>[]> =>
    (await rows(table, RecordRow)).map(({ record }) => Value.Parse(schema, JSON.parse(record)));
  const findSetting = async (name: string): Promise<string | undefined> =>
    (await rows("setting", SettingRow)).find((row) => row.name === name)?.value;

  return {
    devices: () => parsed("device", DeviceRecord),
    saveDevices: (devices) => commits.run({ kind: "save-devices", devices }),
    removeDevice: (id) => commits.run({ kind: "remove-device", id }),
    async attributes() {
      return (await rows("attribute", AttributeRow)).flatMap((row): IncomingAttribute[] => {
        const device = parseDeviceId(row.device);
        const name = parseMetricName(row.name);
        return device === undefined || name === undefined ? [] : [{ device, name, text: row.text }];
      });
    },
    refused: () => parsed("refused", RefusedRecord),
    saveRefused: (record, forgetIds) => commits.run({ kind: "save-refused", record, forgetIds }),
    commands: () => parsed("command", Command),
    saveCommand: (command, forgetIds) => commits.run({ kind: "save-command", command, forgetIds }),
    async retention() {
      const text = await findSetting(RETENTION_SETTING);
      return text === undefined ? null : Value.Parse(RetentionRecord, JSON.parse(text));
    },
    saveRetention: (record) =>
      commits.run({ kind: "save-setting", name: RETENTION_SETTING, value: JSON.stringify(record) }),
    async setting(name, make) {
      const known = await findSetting(name);
      if (known !== undefined) return known;
      const value = make();
      await commits.run({ kind: "add-setting", name, value });
      // Somebody else may have been first.
      return (await findSetting(name)) ?? value;
    },
  };
}

const RETENTION_SETTING = "retention";
const RecordRow = Type.Object({ record: Type.String() });
const AttributeRow = Type.Object({ device: Type.String(), name: Type.String(), text: Type.String() });
const SettingRow = Type.Object({ name: Type.String(), value: Type.String() });

/** A file of its own: TypeScript in the source tree, JavaScript beside this one in the built hub. */
function workerUrl(name: "writer" | "reader"): URL {
  const path = import.meta.url.endsWith(".ts") ? `./threads/${name}.ts` : `./${name}.js`;
  return new URL(path, import.meta.url);
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    // The write-ahead log comes and goes.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}
