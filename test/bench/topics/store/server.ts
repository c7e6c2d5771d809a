// Database servers at full speed: what the store commits and acknowledges, beside the fastest way that the server itself has to take
// the same rows into the same table, in turns. The server is given no durability back: every commit is on its disk.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ReadingColumns } from "../../../../src/hub/store/server-sql/dialect.ts";
import { insertReadings, READINGS_PER_STATEMENT } from "../../../../src/hub/store/server-sql/mysql/insert-readings.ts";
import { copyRows } from "../../../../src/hub/store/server-sql/postgres/binary.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";
import { deviceId, metricName } from "../../../support/stores/store.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";
import { startPostgres } from "../../../support/system/postgres.ts";
import type { Row, Topic } from "../../bench.ts";
import { inTurns, medianPair, thousands } from "../../statistics.ts";
import { openStore } from "./open-server-store.ts";
import { measureHistory } from "./server-history.ts";
import { measureMoves } from "./server-move.ts";
import { measureWorkers } from "./server-workers.ts";

const PAIRS = 3;
const SERIES = 200;
const READINGS_PER_MESSAGE = 500;
const MESSAGES = 1_200;
const READINGS = MESSAGES * READINGS_PER_MESSAGE;
/** Unanswered at any time: enough for the batches that are on their way and the one that gathers. */
const MESSAGES_IN_FLIGHT = 250;
const START_MS = Date.UTC(2026, 0, 1);
const MIN_SHARE = 0.8;

type Load = (rows: ReadingColumns, address: string) => Promise<void>;

export const server: Topic = {
  name: "server",
  run: async (bench) => {
    const { stores, tell } = bench;
    const rows: Row[] = [];
    for (const { product, start, load, rival, tableBytes } of products) {
      tell(`starts ${product}`);
      await using running = await start();
      tell(`${thousands(READINGS)} readings to ${product}, ${PAIRS} times each way`);
      const measured = await inTurns(
        PAIRS,
        () => inNewDatabase(running, appendAll),
        () => inNewDatabase(running, (address) => loadAll(address, load)),
      );
      const { a, b, value } = medianPair(measured, (ours, theirs) => ours / theirs);
      rows.push({
        what: `readings/s into ${product}, of ${rival} of the same rows`,
        bar: `≥ ${MIN_SHARE}`,
        measured: `${value.toFixed(2)} (${thousands(a)} of ${thousands(b)})`,
        passed: value >= MIN_SHARE,
      });
      for (const row of await measureMoves(running, { product, rival, rivalPerSecond: b }, { stores, tell }))
        rows.push(row);
      for (const row of await measureHistory(running, { product, tableBytes }, tell)) rows.push(row);
      if (product === "PostgreSQL") for (const row of await measureWorkers(running, bench)) rows.push(row);
    }
    return rows;
  },
};

/** With the sizes that a server has at first: the tests' are smaller. */
const products = [
  {
    product: "PostgreSQL",
    start: () => startPostgres(["shared_buffers=128MB", "max_wal_size=1GB"]),
    load: loadByCopy,
    rival: "one binary COPY",
    tableBytes: (running: DatabaseServer, database: string, table: string) =>
      bytesOf(running, database, `SELECT pg_total_relation_size('${table}')`),
  },
  {
    product: "MariaDB",
    start: () => startMariadb(["--innodb-buffer-pool-size=128M", "--innodb-log-file-size=96M"]),
    load: loadByInsert,
    rival: `INSERTs of ${READINGS_PER_STATEMENT} rows`,
    tableBytes: async (running: DatabaseServer, database: string, table: string) => {
      await running.administer(`ANALYZE TABLE ${table}`, database);
      const where = `table_schema = '${database}' AND table_name = '${table}'`;
      return bytesOf(
        running,
        database,
        `SELECT data_length + index_length FROM information_schema.tables WHERE ${where}`,
      );
    },
  },
] as const;

async function bytesOf(running: DatabaseServer, database: string, sql: string): Promise<number> {
  const [row] = await running.administer(sql, database);
  return Number(row?.[0]);
}

async function inNewDatabase(running: DatabaseServer, measure: (address: string) => Promise<number>): Promise<number> {
  const address = await running.createDatabase();
  try {
    return await measure(address);
  } finally {
    await running.dropDatabase(address);
  }
}

/** Readings a second until the last one is acknowledged. */
async function appendAll(address: string): Promise<number> {
  const store = openStore(address);
  await store.start();
  const series = Array.from({ length: SERIES }, (_, index) => ({
    device: deviceId(`pi-${index}`),
    metric: metricName("t"),
  }));
  const first = series.map((key) => ({ ...key, tsMs: START_MS - 1_000, value: 0 }));
  await store.readings.append({ readings: first, attributes: [], receivedAtMs: START_MS });
  const messages = Array.from({ length: MESSAGES }, (_, message) =>
    Array.from({ length: READINGS_PER_MESSAGE }, (_, row) => {
      const { place, tsMs, value } = readingAt(message * READINGS_PER_MESSAGE + row);
      const key = series[place];
      if (key === undefined) throw new Error("no such series");
      return { ...key, tsMs, value };
    }),
  );
  const startedAt = performance.now();
  const sending = messages.values();
  await Promise.all(
    Array.from({ length: MESSAGES_IN_FLIGHT }, async () => {
      for (const readings of sending)
        await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS, isOfFlood: true });
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await store.stop();
  return READINGS / seconds;
}

async function loadAll(address: string, load: Load): Promise<number> {
  const store = openStore(address);
  await store.start();
  await store.stop();
  const rows = Array.from({ length: READINGS }, (_, index) => readingAt(index));
  const columns = {
    series: Int32Array.from(rows, ({ place }) => place + 1),
    tsMs: Float64Array.from(rows, ({ tsMs }) => tsMs),
    values: Float64Array.from(rows, ({ value }) => value),
  };
  const startedAt = performance.now();
  await load(columns, address);
  return READINGS / ((performance.now() - startedAt) / 1_000);
}

/** As they arrive: every series once a second. */
function readingAt(index: number): { readonly place: number; readonly tsMs: number; readonly value: number } {
  const second = Math.floor(index / SERIES);
  return { place: index % SERIES, tsMs: START_MS + second * 1_000, value: 20 + (index % 97) / 10 };
}

async function loadByCopy(rows: ReadingColumns, address: string): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  await pipeline(
    Readable.from(copyRows(rows), { objectMode: false }),
    client.query(copyFrom("COPY reading (series_id, ts, value) FROM STDIN (FORMAT binary)")),
  );
  await client.end();
}

async function loadByInsert(rows: ReadingColumns, address: string): Promise<void> {
  const { host, port, database, user } = new StoreAddress(address);
  const password = new StoreAddress(address).revealPassword();
  const connection = await createConnection({ host, port, database, user, password });
  for (let start = 0; start < READINGS; start += READINGS_PER_STATEMENT)
    await connection.query(insertReadings(rows, start));
  await connection.end();
}
