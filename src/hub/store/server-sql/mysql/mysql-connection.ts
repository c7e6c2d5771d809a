// A connection to MySQL or MariaDB. Readings go as INSERTs of many rows, in the order of their keys; numbers are written so that
// the server reads each of them as the double that it is.
import { createConnection, type Connection as Driver, raw } from "mysql2/promise";
import { errorCode } from "../../../../shared/error-text.ts";
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
  SlotSummary,
  SqlValue,
} from "../dialect.ts";
import { CHUNK_COLUMNS } from "../history/chunk-row.ts";
import { toColumns, toNumber } from "../values.ts";
import {
  double,
  INSERT_PREPARED,
  insertReadings,
  KEEP_EXISTING,
  READINGS_PER_STATEMENT,
  REPLACE_EXISTING,
  valuesOf,
} from "./insert-readings.ts";

const RANGES_PER_STATEMENT = 100;
const CONNECT_TIMEOUT_MS = 10_000;
/** Routers and load balancers forget a connection that is silent for some minutes, and say so to nobody. */
const KEEP_ALIVE_MS = 60_000;
/**
 * Whatever the server is set to: texts are UTF-8. They are quoted by this program, and what is thought of quotes and backslashes is
 * settled here. A statement outside a transaction is committed with its answer. None has a time limit (MariaDB's, MySQL's) but this program's own. A
 * transaction sees one moment, and what it reads in order to change is locked with the gaps between.
 */
const SESSION = [
  "SET NAMES utf8mb4",
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  "SET SESSION autocommit = 1, completion_type = 'NO_CHAIN' /*M!100101 , max_statement_time = 0 */ /*!50708 , max_execution_time = 0 */",
  "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
];

export class MysqlConnection implements Connection {
  readonly #driver: Driver;
  #isOpen = true;
  #answeredMs = 0;
  /** Fails what it is doing: one for each statement. */
  readonly #abandon = new Set<(error: Error) => void>();

  private constructor(driver: Driver) {
    this.#driver = driver;
    // A lost connection rejects its pending statement, and is not used again.
    driver.on("error", () => this.#connectionLost());
    driver.on("end", () => this.#connectionLost());
  }

  static async open(address: StoreAddress): Promise<MysqlConnection> {
    const { host, port, database, user, tls } = address;
    const driver = await createConnection({
      host,
      port,
      database,
      user,
      password: address.revealPassword(),
      // The driver takes a trusted certificate of any name unless it is told to look at the name.
      ...(tls !== "off" && { ssl: { rejectUnauthorized: tls === "verify", verifyIdentity: tls === "verify" } }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      enableKeepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      charset: "utf8mb4",
      rowsAsArray: true,
      supportBigNumbers: true,
      decimalNumbers: true,
      // The driver's own reading of a double is off by its last bit now and then (93571239.45330927).
      typeCast: (field, next) => {
        if (field.type !== "DOUBLE") return next();
        const text = field.string();
        return text === null ? null : Number(text);
      },
    });
    const connection = new MysqlConnection(driver);
    try {
      for (const statement of SESSION)
        await answered(connection, CONNECT_TIMEOUT_MS, () => connection.query(statement));
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

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const [rows] = await this.#answered(() => this.#driver.query<never[][]>(sql, parameters.map(exactly)));
    return Array.isArray(rows) ? rows : [];
  }

  async assertWritable(): Promise<void> {
    // Without a table; administrators may write where others may not.
    await this.query("START TRANSACTION READ WRITE");
    await this.query("COMMIT");
  }

  async writeReadings({ rows: readings, fresh, marks, isNew }: ReadingWrite): Promise<void> {
    for (let start = 0; start < fresh.series.length; start += READINGS_PER_STATEMENT) {
      const isFull = start + READINGS_PER_STATEMENT <= fresh.series.length;
      if (isFull) await this.#answered(() => this.#driver.execute(INSERT_PREPARED, valuesOf(fresh, start)));
      else await this.query(insertReadings(fresh, start));
    }
    for (let start = 0; start < readings.series.length; start += READINGS_PER_STATEMENT) {
      const insert = insertReadings(readings, start);
      if (!isNew || !(await this.#insertNew(insert))) await this.query(insert + REPLACE_EXISTING);
    }
    if (marks.series.length === 0) return;
    const rows = marks.series.map((id, index) => `(${id},${marks.slots[index]})`);
    await this.query(`INSERT INTO rollup_mark (series_id, slot) VALUES ${rows.join(",")}`);
  }

  async rows(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]> {
    const direction = order === "oldest-first" ? "ASC" : "DESC";
    const select = ({ id, fromMs, toMs, limit }: SeriesRange, place: number) =>
      `(SELECT ${place} AS place, ts, value FROM reading WHERE series_id = ${id} AND ts >= ${fromMs} AND ts < ${toMs} ORDER BY ts ${direction} LIMIT ${limit})`;
    // The server need not keep the order of a part.
    return this.#ofEach(ranges, select, ` ORDER BY place, ts ${direction}`);
  }

  chunks(ranges: readonly SeriesRange[], order: Order): Promise<readonly Row[]> {
    return this.#ofEach(ranges, order === "oldest-first" ? oldestChunk : newestChunk, "");
  }

  async takeRows(series: number, fromMs: number, toMs: number): Promise<Columns> {
    const where = "FROM reading WHERE series_id = ? AND ts >= ? AND ts < ?";
    const taken = await this.query(`SELECT ts, value ${where} ORDER BY ts FOR UPDATE`, [series, fromMs, toMs]);
    await this.query(`DELETE ${where}`, [series, fromMs, toMs]);
    return toColumns(taken);
  }

  async addRows(rows: ReadingColumns): Promise<void> {
    for (let start = 0; start < rows.series.length; start += READINGS_PER_STATEMENT)
      await this.query(insertReadings(rows, start) + KEEP_EXISTING);
  }

  async addSummaries(summaries: readonly SlotSummary[]): Promise<void> {
    const rows = summaries.map(({ series, minutes, slot, summary: { count, min, max, mean } }) => {
      const values = [min, max, mean].map(double);
      return `(${series},${minutes},${slot},${count},${values})`;
    });
    await this.query(
      `INSERT INTO rollup_slot (series_id, minutes, slot, readings, min_value, max_value, mean) VALUES ${rows.join(",")}`,
    );
  }

  close(): void {
    this.#isOpen = false;
    this.#driver.destroy();
    for (const abandon of this.#abandon) abandon(new Error("the connection was closed"));
  }

  async #answered<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.#orAbandoned(ask());
      this.#answeredMs = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof Error && "fatal" in error && error.fatal === true) this.#connectionLost();
      throw error;
    }
  }

  /** The driver never settles a statement whose connection it has destroyed, so a server that hangs is given up here. */
  async #orAbandoned<T>(answer: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#abandon.add(reject);
    answer.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#abandon.delete(reject);
    }
  }

  /** What `select` finds for each range; places count from 1. */
  async #ofEach(
    ranges: readonly SeriesRange[],
    select: (range: SeriesRange, place: number) => string,
    ending: string,
  ): Promise<readonly Row[]> {
    const found: Row[] = [];
    for (let start = 0; start < ranges.length; start += RANGES_PER_STATEMENT) {
      const some = ranges.slice(start, start + RANGES_PER_STATEMENT);
      const selects = some.map((range, index) => select(range, start + index + 1));
      const rows = await this.query(selects.join(" UNION ALL ") + ending);
      for (const [place, ...columns] of rows) found.push([toNumber(place), ...columns]);
    }
    return found;
  }

  /** False on a duplicate key: the server rolls back only this statement. */
  async #insertNew(insert: string): Promise<boolean> {
    try {
      await this.query(insert);
      return true;
    } catch (error) {
      if (errorCode(error) === "ER_DUP_ENTRY") return false;
      throw error;
    }
  }

  #connectionLost(): void {
    this.#isOpen = false;
  }
}

function oldestChunk({ id, fromMs, toMs }: SeriesRange, place: number): string {
  const before = `(SELECT MAX(first_ts) FROM reading_chunk WHERE series_id = ${id} AND first_ts <= ${fromMs})`;
  return `(SELECT ${place} AS place, ${CHUNK_COLUMNS} FROM reading_chunk WHERE series_id = ${id} AND first_ts < ${toMs}
    AND last_ts >= ${fromMs} AND first_ts >= COALESCE(${before}, ${fromMs}) ORDER BY first_ts LIMIT 1)`;
}

function newestChunk({ id, fromMs, toMs }: SeriesRange, place: number): string {
  return `(SELECT ${place} AS place, ${CHUNK_COLUMNS} FROM (
    SELECT ${CHUNK_COLUMNS} FROM reading_chunk WHERE series_id = ${id} AND first_ts < ${toMs} ORDER BY first_ts DESC LIMIT 1
  ) AS newest WHERE last_ts >= ${fromMs})`;
}

/** The driver would write a fraction as a decimal, which the server rounds once more on its way to a double. */
function exactly(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === "number" && !Number.isSafeInteger(value) ? raw(double(value)) : value;
}
