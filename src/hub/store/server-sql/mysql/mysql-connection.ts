// A connection to MySQL or MariaDB. Readings go as INSERTs of many rows, in the order of their keys; numbers are written so that
// the server reads each of them as the double that it is.
import { createConnection, type Connection as Driver, raw } from "mysql2/promise";
import type { StoreAddress } from "../../store-address.ts";
import type { Connection, ReadingWrite, Row, SeriesRange, SqlValue } from "../dialect.ts";
import { toNumber } from "../values.ts";
import { double, insertReadings, READINGS_PER_STATEMENT, REPLACING } from "./insert-readings.ts";

const RANGES_PER_STATEMENT = 100;
const CONNECT_TIMEOUT_MS = 10_000;
/** Texts are quoted by this program: what a server may think of quotes and backslashes is settled here. */
const SESSION = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'";

export class MysqlConnection implements Connection {
  readonly #driver: Driver;
  #isOpen = true;

  private constructor(driver: Driver) {
    this.#driver = driver;
    // Whoever is using it hears of a loss by its own statement; an idle one is left alone from then on.
    driver.on("error", () => this.#lost());
    driver.on("end", () => this.#lost());
  }

  static async open(address: StoreAddress): Promise<MysqlConnection> {
    const { host, port, database, user, tls } = address;
    const driver = await createConnection({
      host,
      port,
      database,
      user,
      password: address.revealPassword(),
      ...(tls !== "off" && { ssl: { rejectUnauthorized: tls === "verify" } }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      enableKeepAlive: true,
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
      await driver.query(SESSION);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly Row[]> {
    try {
      const [rows] = await this.#driver.query<never[][]>(sql, parameters.map(exactly));
      return Array.isArray(rows) ? rows : [];
    } catch (error) {
      if (error instanceof Error && "fatal" in error && error.fatal === true) this.#lost();
      throw error;
    }
  }

  async writeReadings({ rows: readings, fresh, marks, isNew }: ReadingWrite): Promise<void> {
    for (let start = 0; start < fresh.series.length; start += READINGS_PER_STATEMENT)
      await this.query(insertReadings(fresh, start));
    for (let start = 0; start < readings.series.length; start += READINGS_PER_STATEMENT) {
      const insert = insertReadings(readings, start);
      if (!isNew || !(await this.#insertNew(insert))) await this.query(insert + REPLACING);
    }
    if (marks.series.length === 0) return;
    const rows = marks.series.map((id, index) => `(${id},${marks.slots[index]})`);
    await this.query(`INSERT INTO rollup_mark (series_id, slot) VALUES ${rows.join(",")}`);
  }

  async rows(ranges: readonly SeriesRange[], order: "oldest-first" | "newest-first"): Promise<readonly Row[]> {
    const direction = order === "oldest-first" ? "ASC" : "DESC";
    const found: Row[] = [];
    for (let start = 0; start < ranges.length; start += RANGES_PER_STATEMENT) {
      const selects = ranges
        .slice(start, start + RANGES_PER_STATEMENT)
        .map(
          ({ id, fromMs, toMs, limit }, index) =>
            `(SELECT ${start + index + 1} AS place, ts, value FROM reading WHERE series_id = ${id} AND ts >= ${fromMs} AND ts < ${toMs} ORDER BY ts ${direction} LIMIT ${limit})`,
        );
      // The server need not keep the order of a part.
      const rows = await this.query(`${selects.join(" UNION ALL ")} ORDER BY place, ts ${direction}`);
      for (const [place, tsMs, value] of rows) found.push([toNumber(place), tsMs, value]);
    }
    return found;
  }

  close(): void {
    this.#isOpen = false;
    this.#driver.destroy();
  }

  /** False, and nothing written, where one of the rows is there after all: the server undoes the statement alone. */
  async #insertNew(insert: string): Promise<boolean> {
    try {
      await this.query(insert);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ER_DUP_ENTRY") return false;
      throw error;
    }
  }

  #lost(): void {
    this.#isOpen = false;
  }
}

/** The driver would write a fraction as a decimal, which the server rounds once more on its way to a double. */
function exactly(value: SqlValue): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) ? raw(double(value)) : value;
}
