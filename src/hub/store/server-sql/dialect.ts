// The differences between database servers: how a connection is made, the SQL of hot statements, and syntax that differs. All other
// SQL is written once, with `?` for each parameter.

import type { Columns } from "../codec/chunk-codec.ts";
import type { Summary } from "../codec/summary.ts";

export type SqlValue = string | number | Uint8Array | null;
/** Columns in the order of the statement. */
export type Row = readonly unknown[];

/** Readings by the ids of their series; all three have the same length. */
export interface ReadingColumns {
  readonly series: Int32Array;
  readonly tsMs: Float64Array;
  readonly values: Float64Array;
}

/** Slots of the shortest rollups that change; both have the same length. */
export interface SlotMarks {
  readonly series: readonly number[];
  readonly slots: readonly number[];
}

/** A row of the table of rollups: slot n begins n times `minutes` after 1970 UTC. */
export interface SlotSummary {
  readonly series: number;
  readonly minutes: number;
  readonly slot: number;
  readonly summary: Summary;
}

export interface ReadingWrite {
  /** Each key once, and in the order of their keys, unless `isNew` and the dialect does not want that. */
  readonly rows: ReadingColumns;
  /**
   * Readings that were given their times here, and must not replace one that another process has written: the write fails with what
   * `Dialect.isTaken` knows where there is one. Each key once, in the order of their keys.
   */
  readonly fresh: ReadingColumns;
  readonly marks: SlotMarks;
  /** No reading of the table has one of these keys, as far as is known, and no key is there twice. */
  readonly isNew: boolean;
}

export type Order = "oldest-first" | "newest-first";

/** One series of a query for rows. */
export interface SeriesRange {
  readonly id: number;
  /** Half-open. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** A connection to the server, used by one piece of work at a time. */
export interface Connection {
  /** False once it was lost, or was closed. */
  readonly isOpen: boolean;
  /** When the server last answered a statement, by `performance.now()`. */
  readonly answeredMs: number;
  query(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Asks the server; rejects with what `Dialect.failureKind` calls read-only where it takes no writes of this user. */
  assertWritable(): Promise<void>;
  /** Upserts readings and adds marks: within a transaction, unless `Dialect.isOneStatement`. */
  writeReadings(write: ReadingWrite): Promise<void>;
  /** Rows of each range, foremost first in its order: the range's place in the list, time, value. */
  rows(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]>;
  /**
   * The first chunk in that order that may have readings of each range: the range's place in the list, then `CHUNK_COLUMNS`. Ranges
   * without one have no row.
   */
  chunks(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]>;
  /**
   * Removes the rows of a series with `fromMs <= t < toMs`, and gives them, oldest first; within a transaction. What others write
   * there meanwhile is given, too, or stays.
   */
  takeRows(series: number, fromMs: number, toMs: number): Promise<Columns>;
  /** Inserts readings where the table has none with their keys; each key once, in their order. */
  addRows(rows: ReadingColumns): Promise<void>;
  /** Inserts rollups; fails where the table has one of them. */
  addSummaries(summaries: readonly SlotSummary[]): Promise<void>;
  /** Calls `onNotice` with notifications of other connections; undefined where the server has none. */
  readonly listen?: (onNotice: (text: string) => void) => Promise<void>;
  /** Closes it; what it was doing fails. */
  close(): void;
}

/** Why a statement failed: decides whether it is retried, and the message for people. */
export type FailureKind =
  | "unreachable"
  | "starting"
  | "not-admitted"
  | "wrong-password"
  | "no-database"
  | "not-allowed"
  | "disk-full"
  | "read-only"
  | "conflict"
  | "other";

export interface Dialect {
  /** The name of the server for people. */
  readonly product: string;
  /** Opens a connection; what the driver throws is for `failureKind`. */
  connect(): Promise<Connection>;
  failureKind(error: unknown): FailureKind;
  /** Whether a write failed because one of its `fresh` readings has a time that is taken. */
  isTaken(error: unknown): boolean;
  /** Steps from an empty database to today's tables; each is a list of statements. A step that was released is never edited. */
  readonly migrations: readonly (readonly string[])[];
  /**
   * Statements that make the view `bramble_reading` open chunks, that one the last; they may be repeated. A server need not allow
   * them: the view then lacks what is in chunks.
   */
  readonly chunkViews: readonly string[];
  readonly sql: DialectSql;
  /** Whether its tables are kept in the order of their keys: new readings then come in that order, too. */
  readonly wantsKeyOrder: boolean;
  /** True where such a write is one statement, and so a transaction by itself. */
  isOneStatement(write: ReadingWrite): boolean;
}

export interface UpsertTarget {
  readonly table: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  readonly updated: readonly string[];
}

export interface DialectSql {
  readonly begin: string;
  /** A transaction that sees one moment, and writes; it conflicts with another that changes the same rows meanwhile. */
  readonly beginStable: string;
  /** A transaction that reads, and sees one moment. */
  readonly beginSnapshot: string;
  /** An expression: the schema, or database, that tables are looked for in. */
  readonly currentSchema: string;
  /** Tries to take the lock of the hub, without waiting: one row with 1 where it was granted. */
  readonly tryLead: string;
  /** The same for the lock of a worker's place; the place is its parameter. */
  readonly trySlot: string;
  /** How many of the places from 1 to `last` are held: one row. */
  heldSlots(last: number): string;
  /** Sets after how long a silence the server ends this connection, which releases its locks. */
  lease(seconds: number): string;
  /** Milliseconds since 1970 UTC by the server's clock: one row. */
  readonly nowMs: string;
  /** Notifies other connections with a text, its parameter; null where they poll the records instead. */
  readonly notify: string | null;
  /** The newest row of each series that has one: id, time, value. */
  readonly latest: string;
  /** Whether the server understands `Dialect.chunkViews`: one row with 1 where it does. */
  readonly canOpenChunks: string;
  /** Bytes of all tables of the database: one row. */
  readonly storedBytes: string;
  /** How many readings there are, about: one row. */
  readonly estimatedReadings: string;
  /** Its data directory, on its own computer: one row; not every user may read it. */
  readonly dataFolder: string;
  /** Settings of the server that endanger data: a message a row. */
  readonly durabilityWarnings: string;
  /** Of whole numbers that are not negative; rounds down. */
  divide(dividend: string, divisor: string): string;
  /** A property of JSON text, as text. */
  jsonText(column: string, property: string): string;
  /** An INSERT of rows (`places` has a `?` for each of their values) that replaces `updated` where the keys are there. */
  upsert(target: UpsertTarget, places: string): string;
  /** The end of an INSERT that leaves what is there; `key` is one of the key's columns, with its table. */
  keepExisting(key: string): string;
}
