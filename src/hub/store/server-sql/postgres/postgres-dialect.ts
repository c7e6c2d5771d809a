// The dialect of PostgreSQL, and its tables. The driver is loaded with the first connection.
import { errorCode } from "../../../../shared/error-text.ts";
import type { StoreAddress } from "../../store-address.ts";
import type { Dialect, DialectSql, FailureKind } from "../dialect.ts";
import { MAX_INSERTED_READINGS } from "./binary.ts";
import { CHUNK_VIEWS } from "./chunk-views.ts";
import { READ_ONLY_TRANSACTION, UNIQUE_VIOLATION } from "./sql-states.ts";

const TABLES = [
  `CREATE TABLE series (
     id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     device text COLLATE "C" NOT NULL,
     metric text COLLATE "C" NOT NULL,
     UNIQUE (device, metric)
   )`,
  // A chart reads the index alone: the readings of a series lie all over the table.
  `CREATE TABLE reading (
     series_id integer NOT NULL,
     ts bigint NOT NULL,
     value double precision NOT NULL,
     PRIMARY KEY (series_id, ts) INCLUDE (value)
   )`,
  "COMMENT ON COLUMN reading.ts IS 'milliseconds since 1970 UTC'",
  `CREATE TABLE rollup_slot (
     series_id integer NOT NULL,
     minutes integer NOT NULL,
     slot bigint NOT NULL,
     readings bigint NOT NULL,
     min_value double precision NOT NULL,
     max_value double precision NOT NULL,
     mean double precision NOT NULL,
     PRIMARY KEY (series_id, minutes, slot)
   )`,
  "COMMENT ON TABLE rollup_slot IS 'summaries: slot n begins n times so many minutes after 1970 UTC'",
  `CREATE TABLE rollup_mark (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     series_id integer NOT NULL,
     slot bigint NOT NULL
   )`,
  "CREATE INDEX rollup_mark_series ON rollup_mark (series_id, slot)",
  "COMMENT ON TABLE rollup_mark IS 'slots of 15 minutes whose readings changed since their summaries were worked out'",
  `CREATE TABLE attribute (
     device text COLLATE "C" NOT NULL,
     name text COLLATE "C" NOT NULL,
     text text NOT NULL,
     changed_at bigint NOT NULL,
     PRIMARY KEY (device, name)
   )`,
  `CREATE TABLE record (
     number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
     collection text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     device text COLLATE "C",
     text text NOT NULL,
     PRIMARY KEY (collection, id)
   )`,
  "CREATE INDEX record_device ON record (device) WHERE device IS NOT NULL",
  `CREATE TABLE setting (name text COLLATE "C" PRIMARY KEY, value text NOT NULL)`,
  `CREATE TABLE audit (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     at bigint NOT NULL,
     actor text NOT NULL,
     action text NOT NULL,
     subject text NOT NULL,
     details text NOT NULL
   )`,
];

const ROWS = `
  SELECT to_timestamp(reading.ts / 1000.0) AS time, named.device, named.metric, named.unit, reading.value, reading.ts
  FROM bramble_series AS named JOIN reading ON reading.series_id = named.id`;

/**
 * For people with psql, pandas or Grafana. `time` is for reading, `ts` for conditions: the index knows milliseconds. The unit is
 * what the device's `about` says, else what stood beside its values; it is looked up once a series, not once a reading.
 */
const VIEWS = [
  `CREATE VIEW bramble_series AS
     SELECT series.id, series.device, series.metric, coalesce(
       record.text::json #>> ARRAY['about', 'metrics', series.metric, 'unit'],
       (SELECT entry ->> 1 FROM json_array_elements(record.text::json -> 'units') AS entry
        WHERE entry ->> 0 = series.metric LIMIT 1)
     ) AS unit
     FROM series LEFT JOIN record ON record.collection = 'device' AND record.id = series.device
     OFFSET 0`,
  `CREATE VIEW bramble_reading AS ${ROWS}`,
  `CREATE VIEW bramble_rollup AS
     SELECT to_timestamp(slot.slot * slot.minutes * 60.0) AS time, named.device, named.metric, named.unit, slot.minutes,
       slot.readings, slot.min_value AS min, slot.max_value AS max, slot.mean, slot.slot * slot.minutes * 60000 AS ts
     FROM bramble_series AS named JOIN rollup_slot AS slot ON slot.series_id = named.id`,
];

const CHUNKS = [
  `CREATE TABLE IF NOT EXISTS reading_chunk (
     series_id integer NOT NULL,
     first_ts bigint NOT NULL,
     last_ts bigint NOT NULL,
     last_value double precision NOT NULL,
     readings integer NOT NULL,
     checksum bigint NOT NULL,
     data bytea NOT NULL,
     PRIMARY KEY (series_id, first_ts)
   )`,
  // Chunks are compressed already.
  "ALTER TABLE reading_chunk ALTER COLUMN data SET STORAGE EXTERNAL",
  "COMMENT ON TABLE reading_chunk IS 'old readings, compressed; a row of reading with the same time replaces the one in here'",
  // What is not in chunks: the last months, by the index.
  `CREATE OR REPLACE VIEW bramble_recent AS ${ROWS}`,
];

/** Units are looked up of the series that are asked for alone: a condition on device and metric finds them by the index. */
const NAMED_SERIES = `
  CREATE OR REPLACE VIEW bramble_series AS
    SELECT series.id, series.device, series.metric, described.unit
    FROM series LEFT JOIN LATERAL (
      SELECT coalesce(
        record.text::json #>> ARRAY['about', 'metrics', series.metric, 'unit'],
        (SELECT entry ->> 1 FROM json_array_elements(record.text::json -> 'units') AS entry
         WHERE entry ->> 0 = series.metric LIMIT 1)
      ) AS unit
      FROM record WHERE record.collection = 'device' AND record.id = series.device
      OFFSET 0
    ) AS described ON true`;

const sql: DialectSql = {
  begin: "BEGIN",
  beginStable: "BEGIN ISOLATION LEVEL REPEATABLE READ",
  beginSnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  currentSchema: "current_schema()",
  // The number is of Bramble's own choosing; locks are of one database.
  tryLead: "SELECT pg_try_advisory_lock(7262617362)::integer",
  trySlot: "SELECT pg_try_advisory_lock(726261736, ?)::integer",
  heldSlots: (last) => `
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 726261736 AND objsubid = 2
      AND objid BETWEEN 1 AND ${last} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  // Before version 14 a server ends only what its system's network gives up.
  lease: (seconds) =>
    `SELECT set_config(name, '${seconds}s', false) FROM pg_settings WHERE name = 'idle_session_timeout'`,
  nowMs: "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
  notify: "SELECT pg_notify('bramble', ?)",
  latest: `
    SELECT series.id, newest.ts, newest.value FROM series
    CROSS JOIN LATERAL (
      SELECT ts, value FROM reading WHERE series_id = series.id ORDER BY ts DESC LIMIT 1
    ) AS newest`,
  canOpenChunks: "SELECT 1",
  storedBytes: "SELECT pg_database_size(current_database())",
  estimatedReadings: "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'reading'::regclass",
  dataFolder: "SHOW data_directory",
  durabilityWarnings: `
    SELECT 'PostgreSQL runs with ' || name || ' = off: a power failure may destroy what was acknowledged. Set it to on.'
    FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
    UNION ALL
    SELECT 'The encoding of the database is ' || pg_encoding_to_char(encoding) || ': a reading whose name has other characters can never be stored, and is not acknowledged. Create it with ENCODING UTF8.'
    FROM pg_database WHERE datname = current_database() AND pg_encoding_to_char(encoding) NOT IN ('UTF8', 'SQL_ASCII')`,
  divide: (dividend, divisor) => `(${dividend}) / (${divisor})`,
  jsonText: (column, property) => `(${column}::json ->> '${property}')`,
  upsert: ({ table, columns, keys, updated }, places) => {
    const sets = updated.map((column) => `${column} = excluded.${column}`).join(", ");
    return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${places} ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${sets}`;
  },
  keepExisting: () => "ON CONFLICT DO NOTHING",
};

export function postgresDialect(address: StoreAddress): Dialect {
  return {
    product: "PostgreSQL",
    async connect() {
      const { PostgresConnection } = await import("./postgres-connection.ts");
      return PostgresConnection.open(address);
    },
    failureKind,
    migrations: [TABLES, VIEWS, CHUNKS, [NAMED_SERIES]],
    chunkViews: CHUNK_VIEWS,
    sql,
    wantsKeyOrder: false,
    isTaken: (error) => errorCode(error) === UNIQUE_VIOLATION,
    isOneStatement: ({ rows, fresh }) =>
      Math.min(rows.series.length, fresh.series.length) === 0 &&
      rows.series.length + fresh.series.length <= MAX_INSERTED_READINGS,
  };
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  [READ_ONLY_TRANSACTION]: "read-only",
  "28P01": "wrong-password",
  "28000": "not-admitted",
  "3D000": "no-database",
  "42501": "not-allowed",
  "53100": "disk-full",
  "53300": "unreachable",
  "40001": "conflict",
  "40P01": "conflict",
  "57P01": "starting",
  "57P02": "starting",
  "57P03": "starting",
};

/** By SQLSTATE; an error without one is of the network. */
function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return "other";
  const code = errorCode(error);
  const known = KINDS[code];
  if (known !== undefined) return known;
  const isOfNetwork =
    /^(?:E[A-Z]{3,}|EAI_|ERR_STREAM_PREMATURE_CLOSE)/.test(code) ||
    /connect|terminated|timeout|closed/i.test(error.message);
  return isOfNetwork && !/^[0-9A-Z]{5}$/.test(code) ? "unreachable" : "other";
}
