// The contract of the lead: of the hubs on one database one writes at a time, and one that has lost the lead stops.
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/hub/clock.ts";
import { dialectOf } from "../../src/hub/store/server-sql/dialects.ts";
import { Leadership } from "../../src/hub/store/server-sql/leadership.ts";
import { ServerStore } from "../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../src/hub/store/store-address.ts";
import { FreezingProxy } from "../support/browser/freezing-proxy.ts";
import { openServerStore, quiet } from "../support/stores/server-store.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import { type DatabaseServer, PASSWORD, USER } from "../support/system/database-server.ts";
import { until } from "../support/until.ts";

const START_MS = Date.UTC(2026, 0, 31);

export function leadContract(product: string, server: () => DatabaseServer): void {
  describe(`the lead in ${product}`, () => {
    test("a second hub waits, and takes over when the first one ends", { timeout: 60_000 }, async () => {
      await using open = await openServerStore(server());
      await append(open.store, 1);
      const warnings: string[] = [];
      const second = new ServerStore({
        ...quiet,
        address: new StoreAddress(open.address),
        onWarning: (message) => warnings.push(message),
      });
      const started = second.start();
      await until("it waits", async () => warnings.find((message) => message.includes("Another hub")));
      await append(open.store, 2);
      // It looks again and again whether the other one is gone, and goes on waiting where the server is away then.
      await server().stop();
      await open.store.stop();
      await untilKnocked(Number(new URL(open.address).port));
      await server().start();
      await started;
      expect((await second.readings.latest())[0]?.value).toBe(2);
      await second.stop();
    });

    test("a hub that has lost its lead changes nothing, and learns that it has lost it", {
      timeout: 60_000,
    }, async () => {
      await using hubs = await deposeHub(server());
      const { first, deaths, database } = hubs;
      const marks = () => server().administer("SELECT slot FROM rollup_mark", database);
      const selection = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      for (const change of [
        () => first.refreshRollups(),
        () => first.compact(),
        () => first.readings.remove(selection),
      ])
        await expect(change()).rejects.toThrow(/taken over/);
      expect(await marks()).toHaveLength(1);
      expect(deaths).toHaveLength(1);
    });

    test("a hub that slept while another one led stops, though the lead is free again", {
      timeout: 60_000,
    }, async () => {
      await using hubs = await deposeHub(server());
      const { first, second, deaths } = hubs;
      await append(second, 2);
      await second.stop();
      await expect(append(first, 3)).rejects.toThrow(/taken over/);
      expect(deaths).toHaveLength(1);
    });

    test("waits a moment for a lock that no other hub has led with", async () => {
      await using open = await openServerStore(server());
      await open.store.stop();
      const database = new URL(open.address).pathname.slice(1);
      const { sessions } = await readOnlySwitch(server(), database);
      const dialect = dialectOf(new StoreAddress(open.address));
      const [first, second] = [new Leadership(dialect), new Leadership(dialect)];
      try {
        expect(await first.claim()).toBe(true);
        await first.begin();
        await server().cutConnections();
        await until("the lock is free", async () => ((await second.claim()) ? true : undefined));
        const again = first.claim();
        await until("it tries", async () => ((await server().administer(sessions)).length > 1 ? true : undefined));
        second.end();
        expect(await again).toBe(true);
      } finally {
        first.end();
        second.end();
      }
    });

    test("reconnects where its server takes no writes: the address may lead to another one", {
      timeout: 60_000,
    }, async () => {
      const database = new URL(await server().createDatabase()).pathname.slice(1);
      const { address, sessions, on, off } = await readOnlySwitch(server(), database);
      const store = new ServerStore({ ...quiet, clock: systemClock, address: new StoreAddress(address) });
      const failure = () =>
        append(store, 2).then(
          () => undefined,
          (error: unknown) => error,
        );
      const idsOf = async () => (await server().administer(sessions)).map(([id]) => String(id));
      try {
        await store.start();
        await append(store, 1);
        const before = await idsOf();
        for (const statement of on) await server().administer(statement);
        const error = await until("it fails", failure);
        expect(error).toMatchObject({ code: "store-failed", message: /takes no writes now/ });
        expect(store.isAway(error)).toBe(true);
        await until("none of its connections is left", async () =>
          (await idsOf()).some((id) => before.includes(id)) ? undefined : true,
        );
        for (const statement of off) await server().administer(statement);
        await until("it stores again", async () => ((await failure()) === undefined ? true : undefined));
      } finally {
        for (const statement of off) await server().administer(statement);
        await store.stop();
        await server().dropDatabase(address);
      }
    });

    test("counts its lead as lost once the server has not answered for as long as the lock lasts", {
      timeout: 60_000,
    }, async () => {
      const address = await server().createDatabase();
      const through = new URL(address);
      await using proxy = await FreezingProxy.start(Number(through.port));
      through.port = String(proxy.port);
      const first = new Leadership(dialectOf(new StoreAddress(through.href)));
      const second = new Leadership(dialectOf(new StoreAddress(address)));
      try {
        expect(await first.claim()).toBe(true);
        proxy.freeze();
        await until("the other one leads", async () => ((await second.claim()) ? true : undefined));
        expect(first.isHeld).toBe(false);
        proxy.thaw();
        expect(await first.claim()).toBe(false);
      } finally {
        first.end();
        second.end();
      }
    });
  });
}

/** Two hubs on a database of their own. The first one has stored 1; it sleeps, so that its lease is not renewed, and the second leads. */
async function deposeHub(server: DatabaseServer) {
  const address = await server.createDatabase();
  const deaths: string[] = [];
  const first = new ServerStore({
    ...quiet,
    address: new StoreAddress(address),
    onDeath: ({ message }) => deaths.push(message),
  });
  const second = new ServerStore({ ...quiet, clock: systemClock, address: new StoreAddress(address) });
  const end = async () => {
    await Promise.all([first.stop(), second.stop()]);
    await server.dropDatabase(address);
  };
  try {
    await first.start();
    await append(first, 1);
    await second.start();
  } catch (error) {
    await end();
    throw error;
  }
  const database = new URL(address).pathname.slice(1);
  return { first, second, deaths, database, [Symbol.asyncDispose]: end };
}

/** Resolves once somebody has tried to connect to the port, where nobody listens else. */
async function untilKnocked(port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
  await once(server, "connection");
  server.close();
  await once(server, "close");
}

/** How a server takes no writes of the user of `address`, and takes them again; `sessions` lists the user's connections. */
async function readOnlySwitch(server: DatabaseServer, database: string) {
  const address = server.address(database);
  if (address.startsWith("postgres")) {
    const change = (value: string) => [
      `ALTER SYSTEM SET default_transaction_read_only = ${value}`,
      "SELECT pg_reload_conf()",
    ];
    const sessions = `SELECT pid FROM pg_stat_activity WHERE datname = '${database}'`;
    return { address, sessions, on: change("on"), off: change("off") };
  }
  // An administrator writes all the same.
  await server.administer(`CREATE OR REPLACE USER plain@'%' IDENTIFIED BY '${PASSWORD}'`);
  await server.administer(`GRANT ALL ON ${database}.* TO plain@'%'`);
  return {
    address: address.replace(`//${USER}:`, "//plain:"),
    sessions: `SELECT id FROM information_schema.processlist WHERE db = '${database}'`,
    on: ["SET GLOBAL read_only = 1"],
    off: ["SET GLOBAL read_only = 0"],
  };
}

async function append(store: ServerStore, value: number): Promise<void> {
  const readings = [{ device: deviceId("pi"), metric: metricName("t"), tsMs: START_MS + value, value }];
  await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
}
