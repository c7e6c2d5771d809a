// A worker follows the hub's decisions about devices, on a real database.
import { pino } from "pino";
import { expect, test } from "vitest";
import { type DeviceRecord, deviceRecords } from "../../../src/hub/devices/state/device-record.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import { Follower } from "../../../src/hub/worker/follower.ts";
import { NewsWriter } from "../../../src/hub/worker/news-writer.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { openServerStore, quiet } from "../../support/stores/server-store.ts";
import { deviceId } from "../../support/stores/store.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { startPostgres } from "../../support/system/postgres.ts";

const NOW_MS = Date.UTC(2026, 0, 31);

test.each([
  ["PostgreSQL", startPostgres],
  ["MariaDB", startMariadb],
] as const)(
  "on %s it reads the records of those devices alone about which the hub has decided something",
  {
    timeout: 60_000,
  },
  async (_product, startServer) => {
    await using server = await startServer();
    await using hub = await openServerStore(server);
    const records = hub.store.records.collection(deviceRecords);
    const seen = { firstSeenMs: NOW_MS, lastSeenMs: NOW_MS, address: null, about: {} };
    const waiting = (name: string): DeviceRecord => ({
      id: deviceId(name),
      ...seen,
      joining: { kind: "waiting", sinceMs: NOW_MS, address: "192.0.2.1" },
    });
    await records.save([waiting("attic"), waiting("cellar"), waiting("garden")]);

    const clock = new FakeClock(NOW_MS);
    const store = new ServerStore({ ...quiet, address: new StoreAddress(hub.address), role: "worker", clock });
    const events = new HubEvents();
    const log = pino({ level: "silent" });
    const news = new NewsWriter({ from: "worker", address: "", clock, notify: (text) => store.notify(text) });
    const follower = new Follower({ store, news, events, clock, log, maxDevices: 10, maxMetrics: 10 });
    const joiningOf = (name: string) => follower.get(name)?.joining;
    try {
      await store.start();
      await follower.start();
      expect(["attic", "cellar", "garden"].map(joiningOf)).toEqual(["waiting", "waiting", "waiting"]);

      await records.save([{ id: deviceId("cellar"), ...seen }], ["garden"]);
      // Were it read, reading would fail.
      const database = new URL(hub.address).pathname.slice(1);
      await server.administer(
        `UPDATE record SET text = REPLACE(text, '"firstSeenMs":', '"firstSeenMs":"?",":":') WHERE id = 'attic'`,
        database,
      );
      await follower.refresh();
      expect(["attic", "cellar", "garden"].map(joiningOf)).toEqual(["waiting", "approved", undefined]);
    } finally {
      await follower.stop();
      await store.stop();
    }
  },
);
