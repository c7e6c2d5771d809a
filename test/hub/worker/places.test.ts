// Places of workers on a real database.
import { expect, test } from "vitest";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import { WorkerPlaces } from "../../../src/hub/worker/places.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";

const NOW_MS = Date.UTC(2026, 0, 31);

test("a place that cannot be written down is free again", { timeout: 60_000 }, async () => {
  await using server = await startPostgres();
  const address = await server.createDatabase();
  const database = new URL(address).pathname.slice(1);
  const quiet = { onDeath: () => undefined, onWarning: () => undefined, onCommit: () => undefined };
  const store = new ServerStore({ ...quiet, address: new StoreAddress(address), clock: new FakeClock(NOW_MS) });
  await store.start();
  const places = new WorkerPlaces(store, "this-hub");
  await server.administer("ALTER TABLE record ADD CONSTRAINT no_place CHECK (collection <> 'worker-place')", database);
  await expect(places.take(NOW_MS)).rejects.toThrow();
  await server.administer("ALTER TABLE record DROP CONSTRAINT no_place", database);
  // The server takes a moment to see that the connection of a lock has ended.
  const place = await until("the first place is free", async () => {
    const taken = await places.take(NOW_MS);
    if (taken?.number === 1) return taken;
    await taken?.release(true);
    return undefined;
  });
  await place.release(true);
  await store.stop();
});
