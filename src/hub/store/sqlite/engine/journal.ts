// The journal: batches of acknowledged readings in the order of their commits, until they are sealed.
import type Database from "better-sqlite3";
import type { BatchColumns } from "../../codec/batch.ts";
import { decodeRow, encodeRow, isWholeRow } from "../../codec/journal-row.ts";
import { MemTable } from "./mem-table.ts";

/** What one call of `removeSome` removes at most, but for the last row. */
const REMOVED_AT_ONCE = { rows: 2_000, bytes: 500_000 };

/** Called for each corrupt row. Its readings are missing from every answer. */
export type OnDamagedRow = (rowId: number) => void;

/** The writer's view of the journal. Each call belongs into a transaction. */
export class Journal {
  readonly #statements: ReturnType<typeof prepare>;
  /** Ids only grow, so that a reader knows which rows it has read. */
  #lastId: number;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
    this.#lastId = Math.max(this.#statements.lastId.get() ?? 0, this.#statements.sealedId.get() ?? 0);
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** When the oldest row arrived, in milliseconds UTC; null when the journal is empty. */
  get sinceMs(): number | null {
    return this.#statements.since.get() ?? null;
  }

  append(receivedAtMs: number, readings: BatchColumns): void {
    this.#statements.append.run(this.#lastId + 1, receivedAtMs, encodeRow(readings));
    this.#lastId++;
  }

  /** The readings of the rows after `id`, none of which is corrupt. */
  readAfter(id: number): MemTable {
    const memTable = new MemTable();
    for (const [, bytes] of this.#statements.after.iterate(id)) {
      const readings = decodeRow(bytes);
      if (readings !== null) memTable.add(readings);
    }
    return memTable;
  }

  /** A corrupt row is stored apart for a person to inspect, and does not block the rest. */
  setDamagedAside(onDamage: OnDamagedRow): void {
    const damaged: number[] = [];
    for (const [id, readings] of this.#statements.after.iterate(0)) if (!isWholeRow(readings)) damaged.push(id);
    for (const id of damaged) {
      this.#statements.setAside.run(id);
      this.#statements.removeOne.run(id);
      onDamage(id);
    }
  }

  /** Removes the oldest rows up to `id`, all of which are sealed; answers true when none is left. */
  removeSome(id: number): boolean {
    let lastId: number | null = null;
    let bytes = 0;
    for (const [rowId, length] of this.#statements.lengths.all(id, REMOVED_AT_ONCE.rows)) {
      lastId = rowId;
      bytes += length;
      if (bytes >= REMOVED_AT_ONCE.bytes) break;
    }
    if (lastId === null) return true;
    this.#statements.setSealedId.run(lastId);
    this.#statements.remove.run(lastId);
    return lastId === id;
  }
}

/** The reader's view of the journal. New rows are read with every query, so that acknowledged readings are in the answer. */
export class JournalFollower {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #onDamage: OnDamagedRow;
  #memTable = new MemTable();
  #firstId: number | null = null;
  #lastId = 0;

  constructor(db: Database.Database, onDamage: OnDamagedRow) {
    this.#statements = prepare(db);
    this.#onDamage = onDamage;
  }

  /** The readings of the journal as of the present transaction. */
  follow(): MemTable {
    const firstId = this.#statements.firstId.get() ?? null;
    if (firstId !== this.#firstId) {
      this.#memTable = new MemTable();
      this.#firstId = firstId;
      this.#lastId = 0;
    }
    for (const [id, bytes] of this.#statements.after.iterate(this.#lastId)) {
      const readings = decodeRow(bytes);
      if (readings === null) this.#onDamage(id);
      else this.#memTable.add(readings);
      this.#lastId = id;
    }
    return this.#memTable;
  }
}

function prepare(db: Database.Database) {
  return {
    append: db.prepare("INSERT INTO journal (id, received_at, readings) VALUES (?, ?, ?)"),
    after: db
      .prepare<[id: number], [id: number, readings: Buffer]>(
        "SELECT id, readings FROM journal WHERE id > ? ORDER BY id",
      )
      .raw(),
    firstId: db.prepare<[], number | null>("SELECT min(id) FROM journal").pluck(),
    lengths: db
      .prepare<[throughId: number, limit: number], [id: number, bytes: number]>(
        "SELECT id, length(readings) FROM journal WHERE id <= ? ORDER BY id LIMIT ?",
      )
      .raw(),
    lastId: db.prepare<[], number | null>("SELECT max(id) FROM journal").pluck(),
    since: db.prepare<[], number>("SELECT received_at FROM journal ORDER BY id LIMIT 1").pluck(),
    remove: db.prepare("DELETE FROM journal WHERE id <= ?"),
    setAside: db.prepare("INSERT INTO damaged_journal SELECT id, received_at, readings FROM journal WHERE id = ?"),
    removeOne: db.prepare("DELETE FROM journal WHERE id = ?"),
    sealedId: db.prepare<[], number>("SELECT journal_id FROM sealed").pluck(),
    setSealedId: db.prepare("UPDATE sealed SET journal_id = ?"),
  };
}
