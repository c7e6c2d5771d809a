// PostgreSQL keeps the store's contract.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspectServer } from "../../../../src/hub/store/server-sql/inspect.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";
import { storeContract } from "../../../contract/store.ts";
import { compactionContract } from "../../../contract/store-compaction.ts";
import { leadContract } from "../../../contract/store-lead.ts";
import { mendContract } from "../../../contract/store-mends.ts";
import { modelContract } from "../../../contract/store-model.ts";
import { replaceContract } from "../../../contract/store-replace.ts";
import { serverStoreContract } from "../../../contract/store-server.ts";
import { openServerStore } from "../../../support/stores/server-store.ts";
import { deviceId, metricName } from "../../../support/stores/store.ts";
import { type DatabaseServer, USER } from "../../../support/system/database-server.ts";
import { startPostgres } from "../../../support/system/postgres.ts";
import { until } from "../../../support/until.ts";

const HOUR_MS = 3_600_000;

let server: DatabaseServer;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

storeContract("PostgreSQL", () => openServerStore(server));
modelContract({ runs: 6, keepsNegativeZero: true }, () => openServerStore(server, { compactAfterMs: 0 }));
mendContract({ runs: 3, keepsNegativeZero: true }, () => openServerStore(server, { compactAfterMs: 0 }));
serverStoreContract("PostgreSQL", () => server);
leadContract("PostgreSQL", () => server);
replaceContract("PostgreSQL", () => server);
compactionContract(
  {
    product: "PostgreSQL",
    readingsBetween: (from, to) =>
      `SELECT extract(epoch FROM time) * 1000, value FROM bramble_readings('b', 't', '${from}', '${to}')`,
  },
  () => server,
);

test("the guide's queries for Grafana are answered, those for readings by the index", async () => {
  await using open = await openServerStore(server);
  const database = new URL(open.address).pathname.slice(1);
  // Young enough to stay rows.
  const startMs = (Math.floor(Date.now() / HOUR_MS) - 2) * HOUR_MS;
  const series = { device: deviceId("attic"), metric: metricName("t") };
  const readings = Array.from({ length: 5_000 }, (_, n) => ({ ...series, tsMs: startMs + n * 1_000, value: n }));
  await open.store.readings.append({ readings, attributes: [], receivedAtMs: startMs });
  await open.store.refreshRollups();
  await server.administer("ANALYZE", database);
  const guide = readFileSync(new URL("../../../../resources/guides/grafana.md", import.meta.url), "utf8");
  const [, queries = ""] = /```sql\n([\s\S]*?)```/.exec(guide) ?? [];
  // As Grafana's server writes them.
  const written = queries
    .replaceAll("$__unixEpochFrom()", String(startMs / 1_000))
    .replaceAll("$__unixEpochTo()", String(startMs / 1_000 + 60));
  const [recent = "", rollup = ""] = written.trim().split("\n\n");
  expect(await server.administer(recent, database)).toHaveLength(60);
  expect(await server.administer(rollup, database)).toHaveLength(1);
  expect((await server.administer(`EXPLAIN ${recent}`, database)).join("\n")).toMatch(/Index Cond: .*ts >= .*ts < /);
});

test.each(["bramble_recent", "bramble_reading", "bramble_rollup"])(
  "%s finds one of many series by its index",
  async (view) => {
    await using open = await openServerStore(server);
    const database = new URL(open.address).pathname.slice(1);
    await server.administer(
      "INSERT INTO series (device, metric) SELECT 'pi-' || d, 't' FROM generate_series(1, 5000) AS d",
      database,
    );
    await server.administer(
      "INSERT INTO reading SELECT id, 1000 * n, n FROM series, generate_series(1, 5) AS n",
      database,
    );
    await server.administer("ANALYZE", database);
    const query = `SELECT * FROM ${view} WHERE device = 'pi-7' AND metric = 't' AND ts >= 3000`;
    const plan = (await server.administer(`EXPLAIN ${query}`, database)).join("\n");
    expect(plan).toMatch(/Index Cond: .*device = 'pi-7'/);
    expect(plan).not.toContain("Seq Scan on series");
    expect(await server.administer(query, database)).toHaveLength(view === "bramble_rollup" ? 0 : 3);
  },
);

test("a server that takes encrypted connections alone is said to, and not the password to be wrong", async () => {
  const address = await server.createDatabase();
  const [file] = await server.administer("SHOW hba_file");
  const admit = async (...lines: readonly string[]) => {
    await server.administer(`COPY (SELECT unnest(ARRAY['${lines.join("', '")}'])) TO '${file?.[0]}'`);
    await server.administer("SELECT pg_reload_conf()");
  };
  await admit(`host postgres ${USER} all scram-sha-256`, "hostssl all all all scram-sha-256");
  try {
    const refused = () => inspectServer(new StoreAddress(address)).then(() => undefined, String);
    expect(await until("it reads its settings again", refused)).toMatch(/not without encryption.*sslmode=verify-full/);
  } finally {
    await admit("host all all all scram-sha-256");
  }
});

test("a database that cannot hold every name is warned of before anything is moved there", async () => {
  const how = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
  await server.administer(`CREATE DATABASE narrow ${how}`);
  const { warnings } = await inspectServer(new StoreAddress(server.address("narrow")));
  expect(warnings).toEqual([expect.stringMatching(/encoding of the database is LATIN1.*ENCODING UTF8/)]);
});
