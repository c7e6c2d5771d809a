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
import type { DatabaseServer } from "../support/system/database-server.ts";
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
      const address = await server().createDatabase();
      const database = new URL(address).pathname.slice(1);
      const marks = () => server().administer("SELECT slot FROM rollup_mark", database);
      const selection = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      const deaths: string[] = [];
      // Its lease is not renewed, as of a computer that sleeps.
      const first = new ServerStore({
        ...quiet,
        address: new StoreAddress(address),
        onDeath: ({ message }) => deaths.push(message),
      });
      const second = new ServerStore({ ...quiet, clock: systemClock, address: new StoreAddress(address) });
      try {
        await first.start();
        await append(first, 1);
        await second.start();
        for (const change of [
          () => first.refreshRollups(),
          () => first.compact(),
          () => first.readings.remove(selection),
        ])
          await expect(change()).rejects.toThrow(/taken over/);
        expect(await marks()).toHaveLength(1);
        expect(deaths).toHaveLength(1);
        // Whoever led meanwhile, it knows nothing of what the other one did.
        await second.stop();
        await expect(first.refreshRollups()).rejects.toThrow(/taken over/);
      } finally {
        await Promise.all([first.stop(), second.stop()]);
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

/** Resolves once somebody has tried to connect to the port, where nobody listens else. */
async function untilKnocked(port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
  await once(server, "connection");
  server.close();
  await once(server, "close");
}

async function append(store: ServerStore, value: number): Promise<void> {
  const readings = [{ device: deviceId("pi"), metric: metricName("t"), tsMs: START_MS + value, value }];
  await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
}
