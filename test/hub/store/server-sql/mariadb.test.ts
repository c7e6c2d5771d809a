// MariaDB keeps the store's contract.
import { createConnection } from "mysql2/promise";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordKind } from "../../../../src/hub/store/records.ts";
import { storeContract } from "../../../contract/store.ts";
import { compactionContract } from "../../../contract/store-compaction.ts";
import { leadContract } from "../../../contract/store-lead.ts";
import { mendContract } from "../../../contract/store-mends.ts";
import { modelContract } from "../../../contract/store-model.ts";
import { replaceContract } from "../../../contract/store-replace.ts";
import { serverStoreContract } from "../../../contract/store-server.ts";
import { openServerStore } from "../../../support/stores/server-store.ts";
import { deviceId, metricName } from "../../../support/stores/store.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";
import { until } from "../../../support/until.ts";

/** Of what ANALYZE says of a table: how many of its rows were read. */
const ROWS_READ = 9;
const START_MS = Date.UTC(2020, 0, 1);

const Note = Type.Object({ id: Type.String() });
const notes: RecordKind<typeof Note> = { name: "note", schema: Note, idOf: ({ id }) => id };

let server: DatabaseServer;
beforeAll(async () => {
  server = await startMariadb();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

storeContract("MariaDB", () => openServerStore(server));
modelContract({ runs: 6, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
mendContract({ runs: 3, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
serverStoreContract("MariaDB", () => server);
leadContract("MariaDB", () => server);
replaceContract("MariaDB", () => server);
compactionContract({ product: "MariaDB", readingsBetween: null }, () => server);

test.each(["bramble_recent", "bramble_reading"])("%s finds a stretch of a series by the index", async (view) => {
  await using open = await openServerStore(server);
  const database = new URL(open.address).pathname.slice(1);
  await server.administer("INSERT INTO series (device, metric) VALUES ('a', 't'), ('a', 'u'), ('b', 't')", database);
  // Young enough to stay rows.
  const endMs = Date.now();
  const rows = `SELECT series.id, ${endMs} - 1000 * seq_1_to_20000.seq, series.id FROM series, seq_1_to_20000`;
  await server.administer(`INSERT INTO reading (series_id, ts, value) ${rows}`, database);
  const query = `SELECT COUNT(*), SUM(value) FROM ${view} WHERE device = 'a' AND metric = 'u' AND ts >= ${endMs - 10_000}`;
  expect(await server.administer(query, database)).toEqual([[10, 20]]);
  const plan = await server.administer(`ANALYZE ${query}`, database);
  const [read] = plan.filter(([, , table]) => table === "reading").map((row) => Number(row[ROWS_READ]));
  expect(read).toBe(10);
});

test.each([
  ["autocommit", "OFF", "ON"],
  ["completion_type", "'CHAIN'", "'NO_CHAIN'"],
])("commits before it acknowledges where %s is %s", async (setting, value, usual) => {
  await server.administer(`SET GLOBAL ${setting} = ${value}`);
  try {
    await using open = await openServerStore(server);
    const database = new URL(open.address).pathname.slice(1);
    const series = { device: deviceId("pi"), metric: metricName("t") };
    // The second one changes no slot anew: it is a statement without a transaction.
    for (const tsMs of [1_000, 2_000])
      await open.store.readings.append({ readings: [{ ...series, tsMs, value: 1 }], attributes: [], receivedAtMs: 0 });
    expect(await server.administer("SELECT COUNT(*) FROM reading", database)).toEqual([[2]]);
  } finally {
    await server.administer(`SET GLOBAL ${setting} = ${usual}`);
  }
});

test("a notification that is committed after a later one is heard", async () => {
  await using open = await openServerStore(server);
  const heard: string[] = [];
  const listens = Promise.withResolvers<void>();
  open.store.listen({ onNotice: (text) => heard.push(text), onGap: listens.resolve });
  await listens.promise;
  const slow = await createConnection(open.address.replace("mariadb:", "mysql:"));
  await slow.query("BEGIN");
  await slow.query("INSERT INTO record (collection, id, text) VALUES ('notice', 'slow', 'first')");
  await open.store.notify("second");
  await until("the second is heard", async () => heard[0]);
  await slow.query("COMMIT");
  await until("the first is heard", async () => heard[1]);
  await slow.end();
  expect(heard).toEqual(["second", "first"]);
});

test("much is written by few statements: the server may be far away", async () => {
  await using open = await openServerStore(server);
  const { store } = open;
  const statementsOf = async (work: () => Promise<void>) => {
    const count = async () => Number((await server.administer("SHOW GLOBAL STATUS LIKE 'Questions'"))[0]?.[1]);
    const before = await count();
    await work();
    return (await count()) - before;
  };
  const devices = Array.from({ length: 500 }, (_, index) => deviceId(`pi-${index}`));
  const readings = devices.map((device, value) => ({ device, metric: metricName("t"), tsMs: 1_000, value }));
  await store.readings.append({ readings, attributes: [], receivedAtMs: 0 });
  expect(await statementsOf(() => store.refreshRollups())).toBeLessThan(3 * devices.length);
  const attributes = devices.map((device) => ({ device, name: metricName("os"), text: "linux" }));
  const described = async () => {
    await store.readings.append({ readings: [], attributes, receivedAtMs: 0 });
  };
  expect(await statementsOf(described)).toBeLessThan(30);
  expect(await store.records.attributes()).toHaveLength(devices.length);
  const saved = () => store.records.collection(notes).save(devices.map((id) => ({ id })));
  expect(await statementsOf(saved)).toBeLessThan(30);
  expect(await store.records.collection(notes).list()).toHaveLength(devices.length);

  const records = Array.from({ length: 2_000 }, (_, index) => {
    const id = `${index}`;
    return { collection: "note", id, device: null, text: JSON.stringify({ id, text: "‘é’".repeat(index % 100) }) };
  });
  const replaced = () => store.metadata.replace({ kind: "collection", name: "note", ids: [], records });
  expect(await statementsOf(replaced)).toBeLessThan(100);
  expect((await store.metadata.read()).records).toEqual(records);
});

test("compaction reads the rows that it takes, and not again and again those behind them", async () => {
  await using open = await openServerStore(server, { compactAfterMs: 0 });
  const database = new URL(open.address).pathname.slice(1);
  const rows = 6_000;
  await server.administer("INSERT INTO series (device, metric) VALUES ('a', 't'), ('b', 't')", database);
  // An hour between two: a series has a hundred days and more.
  const hourly = `SELECT series.id, ${START_MS} + 3600000 * seq_1_to_${rows / 2}.seq, 1 FROM series, seq_1_to_${rows / 2}`;
  await server.administer(`INSERT INTO reading (series_id, ts, value) ${hourly}`, database);
  const rowsRead = async () => Number((await server.administer("SHOW GLOBAL STATUS LIKE 'Handler_read_next'"))[0]?.[1]);
  const before = await rowsRead();
  await open.store.compact();
  expect((await rowsRead()) - before).toBeLessThan(5 * rows);
  const left = "SELECT (SELECT COUNT(*) FROM reading), (SELECT SUM(readings) FROM reading_chunk)";
  expect(await server.administer(left, database)).toEqual([[0, `${rows}`]]);
});

test("names are kept as they are where the server pays no heed to what its clients speak", {
  timeout: 120_000,
}, async () => {
  await using odd = await startMariadb([
    "--skip-character-set-client-handshake",
    "--character-set-server=latin1",
    "--collation-server=latin1_swedish_ci",
  ]);
  await using open = await openServerStore(odd);
  const reading = { device: deviceId("pi"), metric: metricName("온도"), tsMs: 1_000, value: 21 };
  await open.store.readings.append({ readings: [reading], attributes: [], receivedAtMs: 0 });
  expect(await open.store.readings.latest()).toEqual([reading]);
  const database = new URL(open.address).pathname.slice(1);
  const [[stored] = []] = await odd.administer("SELECT LOWER(HEX(metric)) FROM series", database);
  expect(stored).toBe(Buffer.from("온도").toString("hex"));
});
