// What may come in the way of a move: a password that changes, a disk that fills, another hub. Readings are acknowledged all the while,
// the move says what it waits for, and ends with all of them.
import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import type { IncomingReading } from "../../../src/shared/reading.ts";
import { MOVE_WITHIN_MS, MovingHub } from "../../support/stores/moving-hub.ts";
import { makeReading } from "../../support/stores/store.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { postgresUser, startPostgres } from "../../support/system/postgres.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

const NOW_MS = Date.UTC(2026, 5, 15, 12);

let server: DatabaseServer;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

async function append(hub: MovingHub, readings: readonly IncomingReading[]): Promise<void> {
  await hub.stores.store.readings.append({ readings, attributes: [], receivedAtMs: NOW_MS });
}

const some = (device: string, count: number, agoMs: number) =>
  Array.from({ length: count }, (_, index) => makeReading(device, "t", NOW_MS - agoMs - 1_000 * index, index));

const waitsFor = (hub: MovingHub, words: RegExp) =>
  until(
    `it says ${words}`,
    async () => (words.test((await hub.status).move?.problem ?? "") ? true : undefined),
    MOVE_WITHIN_MS,
  );

test("a password that is changed under way is said; with the new one the move is begun again, and loses nothing", {
  timeout: 120_000,
}, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  await append(hub, some("d0", 100, 0));
  const database = new URL(await server.createDatabase());
  await server.administer("CREATE ROLE mover LOGIN PASSWORD 'first'");
  await server.administer(`ALTER DATABASE ${database.pathname.slice(1)} OWNER TO mover`);
  database.username = "mover";
  database.password = "first";
  expect(await hub.stores.mover.begin(database.href, false)).toBeNull();
  await hub.settled();

  await server.administer("ALTER ROLE mover PASSWORD 'second'");
  await server.cutConnections();
  await append(hub, some("d1", 100, 5_000));
  await waitsFor(hub, /does not accept this user with this password\. Give it its old one back/);
  await hub.stop();
  await hub.start();
  await append(hub, some("d2", 100, 10_000));
  await waitsFor(hub, /does not accept this user/);

  expect(await hub.stores.mover.end()).toBeNull();
  database.password = "second";
  expect(await hub.stores.mover.begin(database.href, true)).toBeNull();
  const rows = await hub.rows();
  expect(rows.length).toBe(300);
  await hub.restarted();
  expect(await hub.status).toMatchObject({ reads: "server" });
  expect(await hub.rows()).toEqual(rows);
});

test("of two hubs that move into one database at the same time, one does, and the other says so and changes nothing there", {
  timeout: 120_000,
}, async () => {
  await using one = new MovingHub(NOW_MS, "one");
  await using two = new MovingHub(NOW_MS, "two");
  await one.start();
  await two.start();
  await append(one, some("d1", 100, 0));
  await append(two, some("d2", 100, 0));
  const to = await server.createDatabase();
  // Both wait for this one, after both have found the database without another hub's data.
  const before = new ServerStore({
    address: new StoreAddress(to),
    clock: one.clock,
    onDeath: () => undefined,
    onWarning: () => undefined,
    onCommit: () => undefined,
  });
  await before.start();
  expect(await Promise.all([one, two].map(({ stores }) => stores.mover.begin(to, false)))).toEqual([null, null]);
  await before.stop();
  const first = await until(
    "one of them is ready",
    async () => {
      for (const hub of [one, two]) if ((await hub.status).move?.step === "ready") return hub;
      return undefined;
    },
    MOVE_WITHIN_MS,
  );
  const second = first === one ? two : one;
  const rows = await first.rows();
  await first.stop();
  // It has the lead now; what its devices send is not for this database.
  for (let count = 0; count < 100; count++) await append(second, some("d3", 1, count));
  await waitsFor(second, /data of another hub/);
  expect(await second.stores.mover.end()).toBeNull();
  expect(await second.stores.mover.begin(to, false)).toMatchObject({ code: "move-refused" });

  await first.start();
  await first.settled();
  expect(await first.stores.mover.switchToServer()).toBeNull();
  await first.restarted();
  expect(await first.rows()).toEqual(rows);
});

test.runIf(mayMountSmallDisk())(
  "a disk that is full there is said, and with room again the move goes on by itself",
  {
    timeout: 120_000,
  },
  async () => {
    using disk = mountSmallDisk(64);
    const place = join(disk.path, "tablespace");
    mkdirSync(place);
    const owner = postgresUser();
    if (owner !== null) chownSync(place, owner.uid, owner.gid);
    await using hub = new MovingHub(NOW_MS);
    await hub.start();
    const history = some("d0", 100_000, 0);
    for (let start = 0; start < history.length; start += 10_000)
      await append(hub, history.slice(start, start + 10_000));
    await server.administer(`CREATE TABLESPACE small LOCATION '${place}'`);
    const to = await server.createDatabase();
    const database = new URL(to).pathname.slice(1);
    await server.administer(`ALTER DATABASE ${database} SET TABLESPACE small`);
    const ballast = join(disk.path, "ballast");
    const free = Number(execFileSync("df", ["--output=avail", "-B1", disk.path]).toString().split("\n")[1]);
    const LEFT_BYTES = 4_000_000;
    writeFileSync(ballast, Buffer.alloc(free - LEFT_BYTES));

    expect(await hub.stores.mover.begin(to, true)).toBeNull();
    await waitsFor(hub, /The disk of PostgreSQL is full\.$/);
    await append(hub, some("d1", 100, 5_000));
    rmSync(ballast);
    const rows = await hub.rows();
    await hub.restarted();
    expect(await hub.status).toMatchObject({ reads: "server" });
    expect(await hub.rows()).toEqual(rows);
    await hub.stop();
    await server.dropDatabase(to);
    await server.administer("DROP TABLESPACE small");
  },
);
