// MariaDB keeps the store's contract.
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeContract } from "../../../contract/store.ts";
import { compactionContract } from "../../../contract/store-compaction.ts";
import { mendContract } from "../../../contract/store-mends.ts";
import { modelContract } from "../../../contract/store-model.ts";
import { serverStoreContract } from "../../../contract/store-server.ts";
import { openServerStore } from "../../../support/stores/server-store.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";

/** Of what ANALYZE says of a table: how many of its rows were read. */
const ROWS_READ = 9;

let server: DatabaseServer;
beforeAll(async () => {
  server = await startMariadb();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

storeContract("MariaDB", () => openServerStore(server));
modelContract({ runs: 6, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
mendContract({ runs: 3, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
serverStoreContract("MariaDB", () => server);
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
