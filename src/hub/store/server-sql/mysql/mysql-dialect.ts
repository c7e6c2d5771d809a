// The dialect of MySQL and MariaDB, and their tables. The driver is loaded with the first connection.
import { errorCode } from "../../../../shared/error-text.ts";
import type { StoreAddress } from "../../store-address.ts";
import type { Dialect, DialectSql, FailureKind } from "../dialect.ts";
import { CHUNK_VIEWS, ROWS_OF_SERIES } from "./chunk-views.ts";
import { READINGS_PER_STATEMENT } from "./insert-readings.ts";

/** These servers commit with every table that they make: each step can be taken again from its beginning. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS series (
     id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
     device VARCHAR(64) NOT NULL,
     metric VARCHAR(64) NOT NULL,
     UNIQUE (device, metric)
   )`,
  `CREATE TABLE IF NOT EXISTS reading (
     series_id INTEGER NOT NULL,
     ts BIGINT NOT NULL COMMENT 'milliseconds since 1970 UTC',
     value DOUBLE NOT NULL,
     PRIMARY KEY (series_id, ts)
   )`,
  `CREATE TABLE IF NOT EXISTS rollup_slot (
     series_id INTEGER NOT NULL,
     minutes INTEGER NOT NULL,
     slot BIGINT NOT NULL COMMENT 'it begins so many times the minutes after 1970 UTC',
     readings BIGINT NOT NULL,
     min_value DOUBLE NOT NULL,
     max_value DOUBLE NOT NULL,
     mean DOUBLE NOT NULL,
     PRIMARY KEY (series_id, minutes, slot)
   ) COMMENT 'summaries of readings'`,
  `CREATE TABLE IF NOT EXISTS rollup_mark (
     id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     series_id INTEGER NOT NULL,
     slot BIGINT NOT NULL,
     INDEX (series_id, slot)
   ) COMMENT 'slots of 15 minutes whose readings changed since their summaries were worked out'`,
  `CREATE TABLE IF NOT EXISTS attribute (
     device VARCHAR(64) NOT NULL,
     name VARCHAR(64) NOT NULL,
     text TEXT NOT NULL,
     changed_at BIGINT NOT NULL,
     PRIMARY KEY (device, name)
   )`,
  `CREATE TABLE IF NOT EXISTS record (
     number BIGINT NOT NULL AUTO_INCREMENT UNIQUE,
     collection VARCHAR(64) NOT NULL,
     id VARCHAR(512) NOT NULL,
     device VARCHAR(64),
     text MEDIUMTEXT NOT NULL,
     PRIMARY KEY (collection, id),
     INDEX (device)
   )`,
  "CREATE TABLE IF NOT EXISTS setting (name VARCHAR(64) NOT NULL PRIMARY KEY, value MEDIUMTEXT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS audit (
     id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     at BIGINT NOT NULL,
     actor TEXT NOT NULL,
     action TEXT NOT NULL,
     subject TEXT NOT NULL,
     details MEDIUMTEXT NOT NULL
   )`,
].map(asTable);

function rowsAsView(name: string): string {
  return `CREATE OR REPLACE VIEW ${name} AS
     SELECT CAST(DATE_ADD('1970-01-01', INTERVAL reading.ts * 1000 MICROSECOND) AS DATETIME(3)) AS time,
       named.device, named.metric, named.unit, reading.value, reading.ts
     FROM bramble_series AS named JOIN reading ON reading.series_id = named.id`;
}

// The index covers queries of heads: the data of chunks lies in the table's own pages.
const CHUNKS = [
  `CREATE TABLE IF NOT EXISTS reading_chunk (
     series_id INTEGER NOT NULL,
     first_ts BIGINT NOT NULL,
     last_ts BIGINT NOT NULL,
     last_value DOUBLE NOT NULL,
     readings INTEGER NOT NULL,
     checksum BIGINT NOT NULL,
     data MEDIUMBLOB NOT NULL,
     PRIMARY KEY (series_id, first_ts),
     INDEX (series_id, first_ts, last_ts, readings)
   ) COMMENT 'old readings, compressed; a row of reading with the same time replaces the one in here'`,
].map(asTable);
/** What is not in chunks: the last months. */
const RECENT = rowsAsView("bramble_recent");
/** The first one has its chunks put back at the start that follows. */
const BY_SERIES = ["bramble_reading", "bramble_recent"].map(
  (name) => `CREATE OR REPLACE VIEW ${name} AS ${ROWS_OF_SERIES}`,
);

/** Names are compared as they are written, in any script. */
function asTable(table: string): string {
  return table.replace(/\)( COMMENT '[^']*')?$/, ") ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin$1");
}

/**
 * For people with a client of the server's, pandas or Grafana. `time` is UTC and for reading, `ts` for conditions: the index knows
 * milliseconds. The unit is what the device's `about` says, else what stood beside its values; the limit makes the server look it
 * up once a series, not once a reading.
 */
const UNIT_PATH =
  "JSON_UNQUOTE(JSON_SEARCH(record.text, 'one', REPLACE(REPLACE(series.metric, '_', '|_'), '%', '|%'), '|', '$.units[*][0]'))";
const VIEWS = [
  `CREATE OR REPLACE VIEW bramble_series AS
     SELECT series.id, series.device, series.metric, COALESCE(
       JSON_UNQUOTE(JSON_EXTRACT(record.text, CONCAT('$.about.metrics."', series.metric, '".unit'))),
       JSON_UNQUOTE(JSON_EXTRACT(record.text, CONCAT(LEFT(${UNIT_PATH}, CHAR_LENGTH(${UNIT_PATH}) - 3), '[1]')))
     ) AS unit
     FROM series LEFT JOIN record ON record.collection = 'device' AND record.id = series.device
     LIMIT 1000000000`,
  rowsAsView("bramble_reading"),
  `CREATE OR REPLACE VIEW bramble_rollup AS
     SELECT CAST(DATE_ADD('1970-01-01', INTERVAL slot.slot * slot.minutes MINUTE) AS DATETIME) AS time,
       named.device, named.metric, named.unit, slot.minutes, slot.readings, slot.min_value AS min, slot.max_value AS max,
       slot.mean, slot.slot * slot.minutes * 60000 AS ts
     FROM bramble_series AS named JOIN rollup_slot AS slot ON slot.series_id = named.id`,
];

const sql: DialectSql = {
  begin: "BEGIN",
  // The snapshot of a transaction begins with its first query.
  beginStable: "BEGIN",
  beginSnapshot: "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
  currentSchema: "DATABASE()",
  // Locks are of the whole server, and their names short.
  tryLead: "SELECT GET_LOCK(CONCAT('bramble:', LEFT(DATABASE(), 50)), 0)",
  trySlot: "SELECT GET_LOCK(CONCAT('bramble:', ?, ':', LEFT(DATABASE(), 40)), 0)",
  heldSlots: (last) => {
    const isHeld = (_: unknown, index: number) =>
      `(IS_USED_LOCK(CONCAT('bramble:', ${index + 1}, ':', LEFT(DATABASE(), 40))) IS NOT NULL)`;
    return `SELECT ${Array.from({ length: last }, isHeld).join(" + ")}`;
  },
  lease: (seconds) => `SET SESSION wait_timeout = ${seconds}`,
  nowMs: "SELECT FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)",
  notify: null,
  // In this order, whatever the server thinks of the sizes: while a table grows fast, MariaDB would look for the newest row of a series
  // once for every row that it has.
  latest: `
    SELECT reading.series_id, reading.ts, reading.value
    FROM (SELECT series_id, MAX(ts) AS ts FROM reading GROUP BY series_id) AS newest
    STRAIGHT_JOIN reading FORCE INDEX (PRIMARY) ON reading.series_id = newest.series_id AND reading.ts = newest.ts`,
  canOpenChunks: "SELECT VERSION() LIKE '%MariaDB%'",
  storedBytes:
    "SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables WHERE table_schema = DATABASE()",
  estimatedReadings:
    "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'reading'",
  dataFolder: "SELECT @@datadir",
  durabilityWarnings: `
    SELECT 'The server runs with innodb_flush_log_at_trx_commit other than 1: a power failure may lose what was acknowledged. Set it to 1.'
    FROM DUAL WHERE @@GLOBAL.innodb_flush_log_at_trx_commit <> 1
    UNION ALL
    SELECT 'The server writes a binary log with sync_binlog other than 1: after a power failure replicas may lack what was acknowledged. Set it to 1.'
    FROM DUAL WHERE @@GLOBAL.log_bin = 1 AND @@GLOBAL.sync_binlog <> 1`,
  divide: (dividend, divisor) => `(${dividend}) DIV (${divisor})`,
  jsonText: (column, property) => `JSON_UNQUOTE(JSON_EXTRACT(${column}, '$.${property}'))`,
  upsert: ({ table, columns, updated }, places) => {
    const sets = updated.map((column) => `${column} = VALUES(${column})`).join(", ");
    return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${places} ON DUPLICATE KEY UPDATE ${sets}`;
  },
  keepExisting: (key) => `ON DUPLICATE KEY UPDATE ${key} = ${key}`,
};

export function mysqlDialect(address: StoreAddress): Dialect {
  return {
    product: address.toString().startsWith("mariadb") ? "MariaDB" : "MySQL",
    async connect() {
      const { MysqlConnection } = await import("./mysql-connection.ts");
      return MysqlConnection.open(address);
    },
    failureKind,
    migrations: [TABLES, VIEWS, [...CHUNKS, RECENT], BY_SERIES],
    chunkViews: CHUNK_VIEWS,
    sql,
    wantsKeyOrder: true,
    isTaken: (error) => errorCode(error) === "ER_DUP_ENTRY",
    isOneStatement: ({ rows, fresh, marks }) =>
      marks.series.length === 0 &&
      Math.min(rows.series.length, fresh.series.length) === 0 &&
      rows.series.length + fresh.series.length <= READINGS_PER_STATEMENT,
  };
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  ER_ACCESS_DENIED_ERROR: "wrong-password",
  ER_BAD_DB_ERROR: "no-database",
  ER_DBACCESS_DENIED_ERROR: "not-allowed",
  ER_TABLEACCESS_DENIED_ERROR: "not-allowed",
  ER_DISK_FULL: "disk-full",
  ER_RECORD_FILE_FULL: "disk-full",
  ER_OPTION_PREVENTS_STATEMENT: "read-only",
  ER_READ_ONLY_MODE: "read-only",
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: "read-only",
  ER_LOCK_DEADLOCK: "conflict",
  ER_LOCK_WAIT_TIMEOUT: "conflict",
  // From MariaDB 11.6 on, of rows that another transaction has changed since this one began.
  ER_CHECKREAD: "conflict",
  ER_SERVER_SHUTDOWN: "starting",
  ER_CON_COUNT_ERROR: "unreachable",
  ER_TOO_MANY_USER_CONNECTIONS: "unreachable",
  PROTOCOL_CONNECTION_LOST: "unreachable",
  ETIMEDOUT: "unreachable",
};

/** Of MariaDB; the driver has no name for it. */
const CONNECTION_KILLED = 1927;

/** By the driver's name of the error; an error of the network has that of the system. */
function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return "other";
  if ("errno" in error && error.errno === CONNECTION_KILLED) return "unreachable";
  const code = errorCode(error);
  const known = KINDS[code];
  if (known !== undefined) return known;
  const isOfNetwork = /^(?:E[A-Z]{4,}|EAI_[A-Z]+)$/.test(code) || /closed|destroyed/i.test(error.message);
  return isOfNetwork ? "unreachable" : "other";
}
