// A connection to PostgreSQL. Small writes are one prepared statement; large ones go by COPY: straight into the table where the
// readings are new to it, else through a table of this connection's own.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Columns } from "../../codec/chunk-codec.ts";
import type { StoreAddress } from "../../store-address.ts";
import { answered } from "../connection-pool.ts";
import type {
  Connection,
  Order,
  ReadingColumns,
  ReadingWrite,
  Row,
  SeriesRange,
  SlotMarks,
  SlotSummary,
  SqlValue,
} from "../dialect.ts";
import { CHUNK_COLUMNS } from "../history/chunk-row.ts";
import { toColumns } from "../values.ts";
import { copyRows, float8Array, int4Array, int8Array, MAX_INSERTED_READINGS } from "./binary.ts";
import { READ_ONLY_TRANSACTION, UNIQUE_VIOLATION } from "./sql-states.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Routers and load balancers forget a connection that is silent for some minutes, and say so to nobody. */
const KEEP_ALIVE_MS = 60_000;
const INT8 = 20;
/** Whatever the server and the user are set to. No statement has a time limit but this program's own. */
const SESSION = `
  SET synchronous_commit = on; SET default_transaction_isolation = 'read committed';
  SET client_min_messages = warning; SET extra_float_digits = 3;
  SELECT set_config(name, '0', false) FROM pg_settings
  WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

export class PostgresConnection implements Connection {
  readonly #client: pg.Client;
  #isOpen = true;
  #answeredMs = 0;

  private constructor(client: pg.Client) {
    this.#client = client;
    // A lost connection rejects its pending statement, and is not used again.
    client.on("error", () => this.#connectionLost());
    client.on("end", () => this.#connectionLost());
  }

  static async open(address: StoreAddress): Promise<PostgresConnection> {
    const { host, port, database, user, tls } = address;
    const client = new pg.Client({
      host,
      port,
      database,
      user,
      password: address.revealPassword(),
      ssl: tls === "off" ? false : { rejectUnauthorized: tls === "verify" },
      application_name: "bramble",
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      types: { getTypeParser: (oid: number, format?: "text" | "binary") => parserOf(oid, format) },
    });
    const connection = new PostgresConnection(client);
    try {
      await client.connect();
      await answered(connection, CONNECT_TIMEOUT_MS, () => client.query(SESSION));
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get answeredMs(): number {
    return this.#answeredMs;
  }

  query(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#run(numbered(sql), parameters.map(toParameter));
  }

  async assertWritable(): Promise<void> {
    const [row] = await this.query("SHOW transaction_read_only");
    if (row?.[0] === "on")
      throw Object.assign(new Error("the server is in recovery, or set to read-only"), { code: READ_ONLY_TRANSACTION });
  }

  async writeReadings({ rows, fresh, marks, isNew }: ReadingWrite): Promise<void> {
    let unmarked = marks;
    if (fresh.series.length > MAX_INSERTED_READINGS) await this.#copy(COPY_READINGS, fresh);
    else if (fresh.series.length > 0) {
      await this.#insert(fresh, unmarked, "insert");
      unmarked = NO_MARKS;
    }
    if (rows.series.length > MAX_INSERTED_READINGS) {
      if (!isNew || !(await this.#copyNew(rows))) await this.#copyAndMerge(rows);
    } else if (rows.series.length > 0) {
      await this.#insert(rows, unmarked, "upsert");
      unmarked = NO_MARKS;
    }
    if (unmarked.series.length > 0) await this.#run(ADD_MARKS, markArrays(unmarked), "add-marks");
  }

  async listen(onNotice: (text: string) => void): Promise<void> {
    this.#client.on("notification", ({ payload }) => onNotice(payload ?? ""));
    await this.#run("LISTEN bramble");
  }

  rows(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]> {
    const arrays = [...rangeArrays(ranges), int4Array(ranges.map(({ limit }) => limit))];
    return this.#run(order === "oldest-first" ? OLDEST_ROWS : NEWEST_ROWS, arrays, order);
  }

  chunks(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]> {
    const statement = order === "oldest-first" ? OLDEST_CHUNKS : NEWEST_CHUNKS;
    return this.#run(statement, rangeArrays(ranges), `chunks-${order}`);
  }

  async takeRows(series: number, fromMs: number, toMs: number): Promise<Columns> {
    const taken = await this.query(
      "DELETE FROM reading WHERE series_id = ? AND ts >= ? AND ts < ? RETURNING ts, value",
      [series, fromMs, toMs],
    );
    return toColumns(taken.toSorted(([a], [b]) => Number(a) - Number(b)));
  }

  async addRows({ series, tsMs, values }: ReadingColumns): Promise<void> {
    const arrays = [int4Array(series), int8Array(tsMs), float8Array(values)];
    await this.#run(`${INSERT} ON CONFLICT DO NOTHING`, arrays, "add");
  }

  async addSummaries(rows: readonly SlotSummary[]): Promise<void> {
    const arrays = [
      int4Array(rows.map(({ series }) => series)),
      int4Array(rows.map(({ minutes }) => minutes)),
      int8Array(rows.map(({ slot }) => slot)),
      int8Array(rows.map(({ summary }) => summary.count)),
      float8Array(rows.map(({ summary }) => summary.min)),
      float8Array(rows.map(({ summary }) => summary.max)),
      float8Array(rows.map(({ summary }) => summary.mean)),
    ];
    await this.#run(ADD_SUMMARIES, arrays, "add-summaries");
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#client.end().catch(() => undefined);
    // A server that does not respond does not answer the goodbye either.
    const { stream } = this.#client.connection;
    stream.destroy();
  }

  #connectionLost(): void {
    this.#isOpen = false;
  }

  async #insert(rows: ReadingColumns, marks: SlotMarks, how: "insert" | "upsert"): Promise<void> {
    const arrays = [int4Array(rows.series), int8Array(rows.tsMs), float8Array(rows.values)];
    const statement = how === "insert" ? INSERT : UPSERT;
    if (marks.series.length === 0) await this.#run(statement, arrays, how);
    else await this.#run(AND_MARK + statement, [...arrays, ...markArrays(marks)], `${how}-and-mark`);
  }

  /** False, and nothing written, where one of them is not new after all. */
  async #copyNew(rows: ReadingColumns): Promise<boolean> {
    await this.#run("SAVEPOINT before_copy");
    try {
      await this.#copy(COPY_READINGS, rows);
      return true;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
      await this.#run("ROLLBACK TO SAVEPOINT before_copy");
      return false;
    }
  }

  async #copyAndMerge(rows: ReadingColumns): Promise<void> {
    await this.#run(CREATE_STAGING);
    await this.#copy("COPY pg_temp.arrived (series_id, ts, value) FROM STDIN (FORMAT binary)", rows);
    await this.#run(MERGE, [], "merge");
  }

  async #copy(sql: string, rows: ReadingColumns): Promise<void> {
    const stream = this.#client.query(copyFrom(sql));
    await pipeline(Readable.from(copyRows(rows), { objectMode: false }), stream);
    this.#answeredMs = performance.now();
  }

  async #run(text: string, values: readonly (SqlValue | Buffer)[] = [], name?: string): Promise<readonly Row[]> {
    const query = { text, values: [...values], rowMode: "array" as const, ...(name !== undefined && { name }) };
    const { rows } = await this.#client.query<unknown[]>(query);
    this.#answeredMs = performance.now();
    return rows;
  }
}

const CREATE_STAGING =
  "CREATE TEMP TABLE IF NOT EXISTS arrived (series_id integer, ts bigint, value double precision) ON COMMIT DELETE ROWS";
const MERGE = `
  INSERT INTO reading (series_id, ts, value) SELECT series_id, ts, value FROM pg_temp.arrived
  ON CONFLICT (series_id, ts) DO UPDATE SET value = excluded.value`;
const COPY_READINGS = "COPY reading (series_id, ts, value) FROM STDIN (FORMAT binary)";
const INSERT = `
  INSERT INTO reading (series_id, ts, value) SELECT * FROM unnest($1::integer[], $2::bigint[], $3::double precision[])`;
const UPSERT = `${INSERT}
  ON CONFLICT (series_id, ts) DO UPDATE SET value = excluded.value`;
const AND_MARK = `
  WITH mark AS (INSERT INTO rollup_mark (series_id, slot) SELECT * FROM unnest($4::integer[], $5::bigint[]))`;
const NO_MARKS: SlotMarks = { series: [], slots: [] };
const ADD_MARKS = "INSERT INTO rollup_mark (series_id, slot) SELECT * FROM unnest($1::integer[], $2::bigint[])";
const ADD_SUMMARIES = `
  INSERT INTO rollup_slot (series_id, minutes, slot, readings, min_value, max_value, mean)
  SELECT * FROM unnest(
    $1::integer[], $2::integer[], $3::bigint[], $4::bigint[],
    $5::double precision[], $6::double precision[], $7::double precision[]
  )`;

function rowsInOrder(direction: "ASC" | "DESC"): string {
  return `
    SELECT wanted.place, found.ts, found.value
    FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::integer[])
      WITH ORDINALITY AS wanted (id, from_ts, to_ts, most, place)
    CROSS JOIN LATERAL (
      SELECT ts, value FROM reading WHERE series_id = wanted.id AND ts >= wanted.from_ts AND ts < wanted.to_ts
      ORDER BY ts ${direction} LIMIT wanted.most
    ) AS found`;
}
const OLDEST_ROWS = rowsInOrder("ASC");
const NEWEST_ROWS = rowsInOrder("DESC");

const CHUNKS_OF = `
  SELECT wanted.place, ${CHUNK_COLUMNS}
  FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS wanted (id, from_ts, to_ts, place)`;
const OLDEST_CHUNKS = `${CHUNKS_OF}
  CROSS JOIN LATERAL (
    SELECT ${CHUNK_COLUMNS} FROM reading_chunk
    WHERE series_id = wanted.id AND first_ts < wanted.to_ts AND last_ts >= wanted.from_ts AND first_ts >= coalesce(
      (SELECT max(first_ts) FROM reading_chunk WHERE series_id = wanted.id AND first_ts <= wanted.from_ts),
      wanted.from_ts
    ) ORDER BY first_ts LIMIT 1
  ) AS found`;
const NEWEST_CHUNKS = `${CHUNKS_OF}
  CROSS JOIN LATERAL (
    SELECT ${CHUNK_COLUMNS} FROM reading_chunk WHERE series_id = wanted.id AND first_ts < wanted.to_ts
    ORDER BY first_ts DESC LIMIT 1
  ) AS found
  WHERE last_ts >= wanted.from_ts`;

function rangeArrays(ranges: readonly SeriesRange[]): Buffer[] {
  return [
    int4Array(ranges.map(({ id }) => id)),
    int8Array(ranges.map(({ fromMs }) => fromMs)),
    int8Array(ranges.map(({ toMs }) => toMs)),
  ];
}

function markArrays({ series, slots }: SlotMarks): Buffer[] {
  return [int4Array(series), int8Array(slots)];
}

/** PostgreSQL has no room for NUL in a text; the driver would write -0 as 0. */
function toParameter(value: SqlValue): SqlValue | Buffer {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD");
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Object.is(value, -0) ? "-0" : value;
}

/** `?` becomes `$1`, `$2` and so on. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => `$${++count}`);
}

/** Whole numbers of the store are exact as numbers. */
function parserOf(oid: number, format: "text" | "binary" | undefined): (text: string) => unknown {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format ?? "text");
}
