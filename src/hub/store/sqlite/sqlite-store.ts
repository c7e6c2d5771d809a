// The default store: one SQLite file, a thread that writes it and one that reads it.
import { stat } from "node:fs/promises";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { BrambleError } from "../../../shared/errors.ts";
import { parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { IncomingAttribute } from "../../../shared/reading.ts";
import type { ReadingStore } from "../readings.ts";
import { DeviceRecord, type RecordStore, RefusedRecord } from "../records.ts";
import type { Store } from "../store.ts";
import { GroupCommit } from "./group-commit.ts";
import type { ReaderMethods, RecordTable } from "./reader.ts";
import { WorkerClient } from "./worker-call.ts";
import type { WriterMethods } from "./writer.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  /** Called once when one of the store's threads dies: nothing can be acknowledged any more. */
  readonly onDeath: (error: Error) => void;
}

export class SqliteStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly #path: string;
  readonly #writer: WorkerClient<WriterMethods>;
  readonly #reader: WorkerClient<ReaderMethods>;
  readonly #commits: GroupCommit;

  constructor({ path, onDeath }: SqliteStoreOptions) {
    this.#path = path;
    this.#writer = new WorkerClient(workerUrl("writer"), onDeath);
    this.#reader = new WorkerClient(workerUrl("reader"), onDeath);
    this.#commits = new GroupCommit((operations) => this.#writer.call("commit", operations));
    this.readings = sqliteReadings(this.#commits, this.#reader);
    this.records = sqliteRecords(this.#commits, this.#reader);
  }

  async start(): Promise<void> {
    try {
      await this.#writer.call("open", this.#path);
      await this.#reader.call("open", this.#path);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const words = `The database ${this.#path} cannot be opened: ${reason}. Move it away or name another folder with --data.`;
      throw new BrambleError("store-failed", words, { cause });
    }
  }

  async stop(): Promise<void> {
    await this.#commits.idle();
    await this.#reader.call("close", null);
    await this.#writer.call("close", null);
    await this.#reader.stop();
    await this.#writer.stop();
  }

  async storedBytes(): Promise<number> {
    const sizes = await Promise.all([this.#path, `${this.#path}-wal`].map(fileBytes));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }
}

function sqliteReadings(commits: GroupCommit, reader: WorkerClient<ReaderMethods>): ReadingStore {
  return {
    async append(message) {
      const tsMs = await commits.run({ kind: "append", message });
      if (tsMs === null) throw new BrambleError("internal", "an append answers with times");
      return tsMs;
    },
    latest: () => reader.call("latest", null),
    buckets: (query) => reader.call("buckets", query),
    page: (query) => reader.call("page", query),
  };
}

function sqliteRecords(commits: GroupCommit, reader: WorkerClient<ReaderMethods>): RecordStore {
  const rows = async <T extends TSchema>(table: RecordTable, schema: T): Promise<Static<T>[]> =>
    (await reader.call("records", table)).map((row) => Value.Parse(schema, row));
  const parsed = async <T extends TSchema>(table: RecordTable, schema: T): Promise<Static<T>[]> =>
    (await rows(table, RecordRow)).map(({ record }) => Value.Parse(schema, JSON.parse(record)));

  return {
    devices: () => parsed("device", DeviceRecord),
    async saveDevices(devices) {
      await commits.run({ kind: "save-devices", devices });
    },
    async attributes() {
      return (await rows("attribute", AttributeRow)).flatMap((row): IncomingAttribute[] => {
        const device = parseDeviceId(row.device);
        const name = parseMetricName(row.name);
        return device === undefined || name === undefined ? [] : [{ device, name, text: row.text }];
      });
    },
    refused: () => parsed("refused", RefusedRecord),
    async saveRefused(record, forgetIds) {
      await commits.run({ kind: "save-refused", record, forgetIds });
    },
    async setting(name, make) {
      const find = async () => (await rows("setting", SettingRow)).find((row) => row.name === name)?.value;
      const known = await find();
      if (known !== undefined) return known;
      const value = make();
      await commits.run({ kind: "setting", name, value });
      return value;
    },
  };
}

const RecordRow = Type.Object({ record: Type.String() });
const AttributeRow = Type.Object({ device: Type.String(), name: Type.String(), text: Type.String() });
const SettingRow = Type.Object({ name: Type.String(), value: Type.String() });

/** The worker lies beside this file: as TypeScript in the source tree, as JavaScript in the built hub. */
function workerUrl(name: "writer" | "reader"): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./${name}.${extension}`, import.meta.url);
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
