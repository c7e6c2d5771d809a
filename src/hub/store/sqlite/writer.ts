// The writer thread: the only one that writes. A batch of operations is one transaction, on disk when it answers.
import Database from "better-sqlite3";
import { limits } from "../../../shared/reading.ts";
import type { AppendMessage } from "../readings.ts";
import type { DeviceRecord, RefusedRecord } from "../records.ts";
import { migrate } from "./migrations.ts";
import { answerCalls } from "./worker-call.ts";

export type WriteOperation =
  | { readonly kind: "append"; readonly message: AppendMessage }
  | { readonly kind: "save-devices"; readonly devices: readonly DeviceRecord[] }
  | { readonly kind: "save-refused"; readonly record: RefusedRecord; readonly forgetIds: readonly number[] }
  | { readonly kind: "setting"; readonly name: string; readonly value: string };

/** Of an append: the time of each of its readings. */
export type WriteResult = Float64Array | null;

class Writer {
  readonly #db: Database.Database;
  readonly #seriesIds = new Map<string, number>();
  /** Per series, a stretch of milliseconds `[startMs, endMs)` known to be taken: a burst need not probe it again. */
  readonly #taken = new Map<number, { startMs: number; endMs: number }>();
  readonly #statements: ReturnType<typeof prepare>;

  constructor(path: string) {
    this.#db = new Database(path);
    this.#db.pragma("journal_mode = WAL");
    this.#db.pragma("synchronous = FULL");
    this.#db.pragma("foreign_keys = ON");
    migrate(this.#db, path);
    this.#statements = prepare(this.#db);
  }

  /** All of `operations` in one transaction; what it throws undoes all of them. */
  commit(operations: readonly WriteOperation[]): WriteResult[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => this.#run(operation))).immediate();
    } catch (error) {
      // What the maps learned in this transaction was undone with it.
      this.#seriesIds.clear();
      this.#taken.clear();
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  #run(operation: WriteOperation): WriteResult {
    switch (operation.kind) {
      case "append":
        return this.#append(operation.message);
      case "save-devices":
        for (const device of operation.devices) this.#statements.saveDevice.run(device.id, JSON.stringify(device));
        return null;
      case "save-refused":
        for (const id of operation.forgetIds) this.#statements.forgetRefused.run(id);
        this.#statements.saveRefused.run(operation.record.id, JSON.stringify(operation.record));
        return null;
      case "setting":
        this.#statements.saveSetting.run(operation.name, operation.value);
        return null;
    }
  }

  #append({ readings, attributes, receivedAtMs }: AppendMessage): Float64Array {
    const tsMs = new Float64Array(readings.length);
    for (const [index, reading] of readings.entries()) {
      const series = this.#seriesId(reading.device, reading.metric);
      if (reading.tsMs === null) {
        tsMs[index] = this.#insertAtFreeTime(series, receivedAtMs, reading.value);
      } else {
        this.#statements.upsert.run(series, reading.tsMs, reading.value);
        tsMs[index] = reading.tsMs;
      }
    }
    for (const { device, name, text } of attributes) {
      this.#statements.saveAttribute.run(device, name, text, receivedAtMs);
      this.#statements.trimAttributes.run(device, device, limits.attributesPerDevice);
    }
    return tsMs;
  }

  #seriesId(device: string, metric: string): number {
    const key = `${device}\n${metric}`;
    let id = this.#seriesIds.get(key);
    if (id === undefined) {
      this.#statements.addSeries.run(device, metric);
      id = Number(this.#statements.seriesId.get(device, metric));
      this.#seriesIds.set(key, id);
    }
    return id;
  }

  #insertAtFreeTime(series: number, receivedAtMs: number, value: number): number {
    const known = this.#taken.get(series);
    const inside = known !== undefined && known.startMs <= receivedAtMs && receivedAtMs <= known.endMs;
    const startMs = inside ? known.startMs : receivedAtMs;
    let tsMs = inside ? known.endMs : receivedAtMs;
    while (this.#statements.insertIfFree.run(series, tsMs, value).changes === 0) tsMs++;
    this.#taken.set(series, { startMs, endMs: tsMs + 1 });
    return tsMs;
  }
}

function prepare(db: Database.Database) {
  return {
    addSeries: db.prepare("INSERT INTO series (device, metric) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    seriesId: db.prepare("SELECT id FROM series WHERE device = ? AND metric = ?").pluck(),
    upsert: db.prepare(
      "INSERT INTO reading (series, ts, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    ),
    insertIfFree: db.prepare("INSERT INTO reading (series, ts, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"),
    saveAttribute: db.prepare(
      "INSERT INTO attribute (device, name, text, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at",
    ),
    trimAttributes: db.prepare(
      "DELETE FROM attribute WHERE device = ? AND name IN (SELECT name FROM attribute WHERE device = ? ORDER BY changed_at DESC, name LIMIT -1 OFFSET ?)",
    ),
    saveDevice: db.prepare(
      "INSERT INTO device (id, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
    ),
    saveRefused: db.prepare("INSERT INTO refused (id, record) VALUES (?, ?)"),
    forgetRefused: db.prepare("DELETE FROM refused WHERE id = ?"),
    saveSetting: db.prepare("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"),
  };
}

let writer: Writer | undefined;

const methods = {
  open(path: string): void {
    writer = new Writer(path);
  },
  commit(operations: readonly WriteOperation[]): WriteResult[] {
    if (writer === undefined) throw new Error("the store is not open");
    return writer.commit(operations);
  },
  close(_: null): void {
    writer?.close();
    writer = undefined;
  },
};
export type WriterMethods = typeof methods;

answerCalls(methods);
