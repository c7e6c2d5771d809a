// The additional contract of a store in a database server: whatever happens to the server, its connections and other hubs, no
// acknowledged reading is lost, and problems are reported.
import { setTimeout as sleep } from "node:timers/promises";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import type { RecordKind } from "../../src/hub/store/records.ts";
import { answered, ConnectionPool } from "../../src/hub/store/server-sql/connection-pool.ts";
import { dialectOf } from "../../src/hub/store/server-sql/dialects.ts";
import { ServerStore } from "../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../src/hub/store/store-address.ts";
import { openServerStore, quiet, type TestServerStore } from "../support/stores/server-store.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import { type DatabaseServer, PASSWORD, USER } from "../support/system/database-server.ts";
import { HeldRows } from "../support/system/held-rows.ts";
import { until } from "../support/until.ts";

const START_MS = Date.UTC(2026, 0, 31);
const SENDERS = 8;
const DEVICES = Array.from({ length: SENDERS }, (_, index) => deviceId(`pi-${index}`));
const T = metricName("t");

const Device = Type.Object({ id: Type.String(), about: Type.Unknown(), units: Type.Unknown() });
const deviceRecords: RecordKind<typeof Device> = { name: "device", schema: Device, idOf: ({ id }) => id };

export function serverStoreContract(product: string, server: () => DatabaseServer): void {
  describe(`a store in ${product}`, () => {
    // SIGQUIT is an immediate shutdown of PostgreSQL, and an orderly one of MariaDB.
    test("has all acknowledged readings after a kill of the server during commits, and a shutdown", {
      timeout: 120_000,
    }, async () => {
      await using open = await openServerStore(server());
      const sent = new SentReadings();
      for (const { more, signal } of [
        { more: 40, signal: "SIGKILL" },
        { more: 120, signal: "SIGQUIT" },
        { more: 15, signal: "SIGKILL" },
      ] as const) {
        await sent.during(open, async () => {
          await sent.untilAcknowledged(more);
          await server().kill(signal);
          const { rejected } = sent;
          await until("some are rejected", async () => sent.rejected > rejected || undefined);
          await server().start();
        });
        expect(await sent.missing(open)).toEqual([]);
      }
    });

    test("has all acknowledged readings after its connections were cut", { timeout: 60_000 }, async () => {
      await using open = await openServerStore(server());
      const sent = new SentReadings();
      await sent.during(open, async () => {
        for (let cut = 0; cut < 10; cut++) {
          await sent.untilAcknowledged(10);
          await server().cutConnections();
        }
      });
      expect(await sent.missing(open)).toEqual([]);
      await open.reopen();
      expect(await sent.missing(open)).toEqual([]);
    });

    test("gives a server up that answers nothing for too long, however long it answers", {
      timeout: 60_000,
    }, async () => {
      await using open = await openServerStore(server());
      const dialect = dialectOf(new StoreAddress(open.address));
      const pauseOf = (seconds: number) =>
        open.address.startsWith("postgres") ? `SELECT pg_sleep(${seconds})` : `SELECT SLEEP(${seconds})`;
      const connection = await dialect.connect();
      await answered(connection, 2_000, async () => {
        for (let count = 0; count < 5; count++) await connection.query(pauseOf(0.6));
      });
      expect(connection.isOpen).toBe(true);
      await expect(answered(connection, 500, () => connection.query(pauseOf(2)))).rejects.toThrow();
      expect(connection.isOpen).toBe(false);
    });

    test("does a transaction again that the server ended to resolve a deadlock", { timeout: 60_000 }, async () => {
      await using open = await openServerStore(server());
      const database = new URL(open.address).pathname.slice(1);
      await server().administer("INSERT INTO setting (name, value) VALUES ('a', ''), ('b', '')", database);
      const dialect = dialectOf(new StoreAddress(open.address));
      const pool = new ConnectionPool({ dialect, size: 2 });
      const bothHold = Promise.withResolvers<void>();
      let holding = 0;
      const write = (...names: readonly string[]) =>
        pool.transaction(dialect.sql.begin, async (connection) => {
          for (const name of names) {
            await connection.query("UPDATE setting SET value = CONCAT(value, 'x') WHERE name = ?", [name]);
            if (name === names[0] && ++holding === 2) bothHold.resolve();
            await bothHold.promise;
          }
        });
      await Promise.all([write("a", "b"), write("b", "a")]);
      pool.close();
      expect(holding).toBe(3);
      const found = await server().administer("SELECT value FROM setting WHERE name IN ('a', 'b')", database);
      expect(found.map(([value]) => String(value))).toEqual(["xx", "xx"]);
    });

    test("reports that its server is down, acknowledges nothing, and recovers", {
      timeout: 60_000,
    }, async () => {
      await using open = await openServerStore(server());
      await append(open, 1);
      await server().stop();
      await expect(append(open, 2)).rejects.toMatchObject({
        code: "store-failed",
        message: /cannot be reached|stopping/,
      });
      await expect(open.store.status()).rejects.toThrow(/cannot be reached/);
      await server().start();
      await until("it stores again", () =>
        append(open, 3).then(
          () => true,
          () => undefined,
        ),
      );
      const [newest] = await open.store.readings.latest();
      expect(newest?.value).toBe(3);
    });

    test("waits at start for the server, and fails with a message where it does not start", {
      timeout: 60_000,
    }, async () => {
      await using open = await openServerStore(server());
      await append(open, 1);
      await open.store.stop();
      await server().stop();
      const store = new ServerStore({ ...quiet, address: new StoreAddress(open.address), startPatienceMs: 300 });
      await expect(store.start()).rejects.toThrow(/^The store .* cannot be used\. .*cannot be reached/);
      const reopened = open.reopen();
      await until("it is told to wait", async () => open.warnings.find((warning) => warning.includes("tried again")));
      await server().start();
      await reopened;
      expect(await open.store.readings.latest()).toHaveLength(1);
    });

    test("refuses a wrong password, a missing database and foreign tables with a message", async () => {
      const address = await server().createDatabase();
      const database = new URL(address).pathname.slice(1);
      const wrong = "wrong%secret";
      const failure = await failureOf(server().address(database, wrong));
      expect(failure).toMatch(/does not accept this user with this password/);
      expect(failure).not.toContain(wrong);
      expect(failure).not.toContain(encodeURIComponent(wrong));
      expect(await failureOf(server().address("nowhere"))).toMatch(/has no database of this name|does not allow/);
      await server().administer("CREATE TABLE reading (id INTEGER)", database);
      expect(await failureOf(address)).toMatch(/table “reading” of another program/);
      await server().dropDatabase(address);
    });

    test("refuses tables of a newer version, and migrates older ones", async () => {
      await using open = await openServerStore(server());
      await append(open, 1);
      await open.store.stop();
      const database = new URL(open.address).pathname.slice(1);
      await server().administer("INSERT INTO bramble_schema (step) VALUES (999)", database);
      expect(await failureOf(open.address)).toMatch(/newer version of Bramble/);
      await server().administer("DELETE FROM bramble_schema WHERE step > 1", database);
      for (const view of ["bramble_rollup", "bramble_reading", "bramble_recent", "bramble_series"])
        await server().administer(`DROP VIEW ${view}`, database);
      await server().administer("DROP TABLE reading_chunk", database);
      await open.reopen();
      expect(await open.store.readings.latest()).toHaveLength(1);
      expect(await server().administer("SELECT value FROM bramble_reading", database)).toHaveLength(1);
    });

    test("has no time limit of the server's for a statement", async () => {
      await using open = await openServerStore(server());
      const isPostgres = open.address.startsWith("postgres");
      const [limit, none, slow] = isPostgres
        ? [
            `ALTER ROLE ${USER} SET statement_timeout = 100`,
            `ALTER ROLE ${USER} RESET statement_timeout`,
            "SELECT 0 FROM pg_sleep(0.4)",
          ]
        : ["SET GLOBAL max_statement_time = 0.1", "SET GLOBAL max_statement_time = 0", "SELECT SLEEP(0.4)"];
      await server().administer(limit);
      try {
        const connection = await dialectOf(new StoreAddress(open.address)).connect();
        expect(await connection.query(slow)).toEqual([[0]]);
        connection.close();
      } finally {
        await server().administer(none);
      }
    });

    test("is read with SQL whatever a device, or who knocks at the door, has in a text", async () => {
      await using open = await openServerStore(server());
      await append(open, 1);
      const database = new URL(open.address).pathname.slice(1);
      const devices = open.store.records.collection(deviceRecords);
      const half = "\uD83D";
      await devices.save([{ id: "pi", about: { name: `\0${half}`, model: "\\u0000" }, units: [["t", "°C"]] }]);
      expect(await server().administer("SELECT unit FROM bramble_reading", database)).toEqual([["°C"]]);
      const [device] = await devices.list();
      expect(device?.about).toEqual({ name: "\uFFFD\uFFFD", model: "\\u0000" });
      const entry = { atMs: START_MS, actor: "?", action: "session.refuse", subject: "\0" };
      await open.store.audit.append({ ...entry, details: { outcome: "refused", as: `\0${half}` } });
      const { entries } = await open.store.audit.page({ limit: 1, after: null, filter: { outcome: "refused" } });
      expect(entries).toMatchObject([{ actor: "?" }]);
      const { records } = await open.store.metadata.read();
      const text = JSON.stringify({ id: "pi", about: `\0`, units: [] });
      const copied = { collection: "device", id: "pi", device: "pi", text };
      const ids = records.map(({ id }) => id);
      await open.store.metadata.replace({ kind: "collection", name: "device", ids, records: [copied] });
      expect(await server().administer("SELECT unit FROM bramble_reading", database)).toEqual([[null]]);
    });

    test("its SQL views contain names, units, times, values and summaries", async () => {
      await using open = await openServerStore(server());
      const database = new URL(open.address).pathname.slice(1);
      const readings = [
        { device: deviceId("pi"), metric: metricName("CO₂_1"), tsMs: START_MS + 1, value: 400 },
        { device: deviceId("pi"), metric: metricName("CO₂_1"), tsMs: START_MS + 2_500, value: 500 },
        { device: deviceId("pi"), metric: metricName("CO₂x1"), tsMs: START_MS, value: 1 },
        { device: deviceId("other"), metric: metricName("t"), tsMs: START_MS, value: 20 },
      ];
      await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
      const devices = open.store.records.collection(deviceRecords);
      await devices.save([
        {
          id: "pi",
          about: {},
          units: [
            ["CO₂x1", "?"],
            ["CO₂_1", "ppm"],
          ],
        },
        { id: "other", about: { metrics: { t: { unit: "°C" } } }, units: [["t", "K"]] },
      ]);
      await open.store.refreshRollups();
      const rows = await server().administer(
        "SELECT device, metric, unit, value, ts FROM bramble_reading ORDER BY device, metric, ts",
        database,
      );
      expect(rows.map((row) => row.map(String))).toEqual([
        ["other", "t", "°C", "20", String(START_MS)],
        ["pi", "CO₂_1", "ppm", "400", String(START_MS + 1)],
        ["pi", "CO₂_1", "ppm", "500", String(START_MS + 2_500)],
        ["pi", "CO₂x1", "?", "1", String(START_MS)],
      ]);
      const [first] = await server().administer(
        `SELECT MAX(time) FROM bramble_reading WHERE ts < ${START_MS + 1}`,
        database,
      );
      expect(first?.[0]).toEqual(new Date(START_MS));
      const summaries = await server().administer(
        "SELECT minutes, readings, min, max, mean FROM bramble_rollup WHERE unit = 'ppm' ORDER BY minutes",
        database,
      );
      const expected = [15, 60, 180, 720, 1_440, 4_320].map((minutes) => [minutes, 2, 400, 500, 450].map(String));
      expect(summaries.map((row) => row.map(String))).toEqual(expected);
    });

    test("closing a connection rejects its pending statement, even if the server hangs", async () => {
      await using open = await openServerStore(server());
      const connection = await dialectOf(new StoreAddress(open.address)).connect();
      const asked = connection.query(
        open.address.startsWith("postgres") ? "SELECT pg_sleep(300)" : "SELECT SLEEP(300)",
      );
      connection.close();
      await expect(asked).rejects.toThrow();
      // The server goes on with it.
      await server().cutConnections();
    });

    test("computes summaries of batches in flight during an earlier computation", async () => {
      await using open = await openServerStore(server());
      const { store } = open;
      const key = { device: deviceId("pi"), metric: T };
      const write = (isOfFlood: boolean, ...times: readonly (readonly [tsMs: number, value: number])[]) => {
        const readings = times.map(([tsMs, value]) => ({ ...key, tsMs, value }));
        return store.readings.append({ readings, attributes: [], receivedAtMs: START_MS, isOfFlood });
      };
      await write(false, [START_MS + 100, 1], [START_MS + 200, 1]);
      await using first = await HeldRows.at(server(), open.address, START_MS + 100);
      await using second = await HeldRows.at(server(), open.address, START_MS + 200);
      const one = write(false, [START_MS + 100, 2]);
      // It is another transaction, and waits for that one: it may have a reading at the same time.
      const other = write(true, [START_MS, 5], [START_MS + 200, 2]);
      await first.waiting(1);
      const refreshed = store.refreshRollups();
      await first.release();
      await one;
      await second.waiting(1);
      await second.release();
      await Promise.all([other, refreshed]);
      const stepMs = 15 * 60_000;
      const range = { fromMs: START_MS, toMs: START_MS + stepMs, originMs: 0, stepMs };
      expect(await store.readings.buckets({ ...key, ...range })).toEqual([
        { t: START_MS, n: 3, min: 2, max: 5, avg: 3 },
      ]);
    });

    test("never reveals its password", () => {
      const address = new StoreAddress(server().address("hub"));
      for (const shown of [String(address), JSON.stringify({ address }), `${Object.values(address)}`])
        for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(shown).not.toContain(secret);
      expect(address.revealPassword()).toBe(PASSWORD);
    });
  });
}

/** Why a store does not start. */
async function failureOf(address: string): Promise<string> {
  const store = new ServerStore({ ...quiet, address: new StoreAddress(address) });
  try {
    await store.start();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await store.stop();
  }
  throw new Error("it started");
}

async function append({ store }: TestServerStore, value: number): Promise<void> {
  const readings = [{ device: deviceId("pi"), metric: T, tsMs: START_MS + value, value }];
  await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
}

/** Readings that are sent without a pause, by several devices, and which of them were acknowledged. */
class SentReadings {
  readonly #acknowledged = new Map<string, number>();
  #next = 0;
  rejected = 0;

  async during({ store }: TestServerStore, work: () => Promise<void>): Promise<void> {
    let isOver = false;
    const senders = DEVICES.map(async (device) => {
      while (!isOver) {
        const value = ++this.#next;
        const tsMs = START_MS + value;
        try {
          const readings = [{ device, metric: T, tsMs, value }];
          await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
          this.#acknowledged.set(`${device}@${tsMs}`, value);
        } catch {
          this.rejected++;
          await sleep(5);
        }
      }
    });
    await work();
    await this.untilAcknowledged(SENDERS + 1);
    isOver = true;
    await Promise.all(senders);
  }

  /** Resolves once so many more are. */
  async untilAcknowledged(more: number): Promise<void> {
    const enough = this.#acknowledged.size + more;
    await until(`${more} more are acknowledged`, async () => this.#acknowledged.size >= enough || undefined);
  }

  /** Which of the acknowledged ones the store does not have. */
  async missing({ store }: TestServerStore): Promise<string[]> {
    const query = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };
    const page = await store.readings.page({ ...query, order: "oldest-first", after: null });
    const stored = new Map(
      Array.from(page.tsMs, (tsMs, row) => [
        `${page.series[page.seriesIndex[row] ?? -1]?.device}@${tsMs}`,
        page.values[row],
      ]),
    );
    return [...this.#acknowledged].filter(([key, value]) => stored.get(key) !== value).map(([key]) => key);
  }
}
