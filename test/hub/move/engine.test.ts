// A move from the file into a real server and back, in this process, with late and repeated readings, removed and merged devices, and
// changing records: the hub always reads what was stored, and both stores end equal.
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HubStores } from "../../../src/hub/move/open-stores.ts";
import type { RecordKind } from "../../../src/hub/store/records.ts";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import { WorkerPlaces } from "../../../src/hub/worker/places.ts";
import { message } from "../../../src/shared/messages/message.ts";
import { randomNumbers } from "../../support/random.ts";
import { MOVE_WITHIN_MS, MovingHub } from "../../support/stores/moving-hub.ts";
import { deviceId, makeReading, metricName } from "../../support/stores/store.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";

const NOW_MS = Date.UTC(2026, 5, 15, 12);
const DAY_MS = 86_400_000;
/** Months of it are in chunks on a server. */
const HISTORY_MS = 200 * DAY_MS;
const ALL = { devices: null, metrics: null, fromMs: Number.MIN_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER };

const Note = Type.Object({ id: Type.String(), device: Type.String(), text: Type.String() });
const notes: RecordKind<typeof Note> = {
  name: "note",
  schema: Note,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};

let server: DatabaseServer;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

/** What a store must have, one piece of work after the other. */
class Model {
  readonly #random: () => number;
  readonly #values = new Map<string, { readonly tsMs: number; readonly name: string; readonly value: number }>();
  readonly #notes = new Map<string, { readonly id: string; readonly device: string; readonly text: string }>();
  #next = 0;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  get rows(): string[] {
    const byPlace = (a: { tsMs: number; name: string }, b: { tsMs: number; name: string }) =>
      a.tsMs - b.tsMs || (a.name < b.name ? -1 : 1);
    return [...this.#values.values()].sort(byPlace).map(({ tsMs, name, value }) => `${tsMs} ${name} ${value}`);
  }

  get notes(): unknown[] {
    return [...this.#notes.values()];
  }

  pick(count: number): number {
    return Math.floor(this.#random() * count);
  }

  async act({ store }: HubStores): Promise<void> {
    const device = `d${this.pick(3)}`;
    switch (this.pick(12)) {
      case 0: {
        await store.readings.remove({ ...ALL, devices: [deviceId(device)] });
        await store.records.removeDevice(deviceId(device));
        this.#drop(device, ALL.fromMs, ALL.toMs);
        for (const note of [...this.#notes.values()]) if (note.device === device) this.#notes.delete(note.id);
        break;
      }
      case 1: {
        const into = `d${this.pick(3)}`;
        if (into === device) break;
        await store.readings.copy(deviceId(device), [metricName("t")], deviceId(into));
        for (const { tsMs, name, value } of [...this.#values.values()])
          if (name === `${device}/t` && !this.#values.has(`${into}/t ${tsMs}`)) this.#put(into, tsMs, value);
        break;
      }
      case 2: {
        const toMs = NOW_MS - this.pick(200) * DAY_MS;
        await store.readings.remove({ ...ALL, devices: [deviceId(device)], toMs });
        this.#drop(device, ALL.fromMs, toMs);
        break;
      }
      case 3:
      case 4: {
        const note = { id: `n${this.pick(5)}`, device, text: `${++this.#next}` };
        await store.records.collection(notes).save([note]);
        this.#notes.set(note.id, note);
        break;
      }
      default:
        await this.append(store, device, 1 + this.pick(20), this.pick(3) === 0 ? HISTORY_MS : 60_000);
    }
  }

  /** Late ones, and some at times that there were before. */
  async append(store: HubStores["store"], device: string, count: number, withinMs: number): Promise<void> {
    const readings = Array.from({ length: count }, () => {
      const tsMs = NOW_MS - 1_000 * Math.floor((this.#random() * withinMs) / 1_000);
      return makeReading(device, "t", tsMs, ++this.#next);
    });
    await store.readings.append({ readings, attributes: [], receivedAtMs: NOW_MS });
    for (const { tsMs, value } of readings) this.#put(device, tsMs, value);
  }

  #put(device: string, tsMs: number, value: number): void {
    this.#values.set(`${device}/t ${tsMs}`, { tsMs, name: `${device}/t`, value });
  }

  #drop(device: string, fromMs: number, toMs: number): void {
    for (const [key, { name, tsMs }] of [...this.#values])
      if (name === `${device}/t` && tsMs >= fromMs && tsMs < toMs) this.#values.delete(key);
  }
}

const seed = Number(process.env["BRAMBLE_TEST_SEED"] ?? 11);

test("everything is on the other side, whatever happens meanwhile, and comes back", { timeout: 120_000 }, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  const model = new Model(seed);
  for (let device = 0; device < 3; device++)
    for (let batch = 0; batch < 4; batch++) await model.append(hub.stores.store, `d${device}`, 1_000, HISTORY_MS);
  await hub.stores.store.audit.append({ atMs: 1, actor: "a", action: "device.x", subject: "d0", details: { n: 1 } });
  const to = await server.createDatabase();

  const plan = await hub.stores.mover.plan(to, "en");
  expect(plan).toMatchObject({ product: "PostgreSQL", isContinued: false });
  expect(await hub.stores.mover.begin(to, false)).toBeNull();
  for (let count = 0; count < 60; count++) {
    await model.act(hub.stores);
    if (count === 20) await server.cutConnections();
    if (count === 40) {
      await hub.stop();
      await hub.start();
    }
  }
  expect(await hub.rows()).toEqual(model.rows);
  const ready = await hub.settled();
  expect(ready.move?.compared?.series).toBeGreaterThan(0);

  expect(await hub.stores.mover.switchToServer()).toBeNull();
  while (!hub.isRestartWanted) await model.act(hub.stores);
  await model.act(hub.stores);
  await hub.restarted();
  expect(await hub.status).toMatchObject({ reads: "server", move: { step: "ready" } });
  expect(hub.stores.server).not.toBeNull();
  expect(await hub.rows()).toEqual(model.rows);
  expect(await hub.stores.store.records.collection(notes).list()).toEqual(expect.arrayContaining(model.notes));
  expect((await hub.stores.store.audit.page({ limit: 10, after: null })).entries.length).toBe(1);
  expect(await hub.stores.store.records.setting("hub-id", () => "another")).toBe("this-hub");

  for (let count = 0; count < 30; count++) await model.act(hub.stores);
  expect(await hub.stores.mover.back()).toBeNull();
  await hub.restarted();
  expect(await hub.status).toMatchObject({ reads: "file", move: { step: "ready" } });
  expect(await hub.rows()).toEqual(model.rows);
  const list = await hub.stores.store.records.collection(notes).list();
  expect(list.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
    [...model.notes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  );
  expect(await hub.stores.mover.end()).toBeNull();
  expect(await hub.status).toEqual({ reads: "file", canSwitch: true, move: null });
});

test("the folder says which database is read, whatever --store says; after 30 days the file gets nothing any more", {
  timeout: 60_000,
}, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  const model = new Model(seed + 1);
  await model.append(hub.stores.store, "d0", 50, 3 * DAY_MS);
  const to = await server.createDatabase();
  expect(await hub.stores.mover.begin(to, true)).toBeNull();
  await hub.restarted();
  expect(readFileSync(join(hub.folder.path, "move.json"), "utf8")).toContain('"reads":"server"');

  await hub.stop();
  await expect(hub.start("--store", await server.createDatabase())).rejects.toThrow(/was moved to postgres:.*--store/);
  await hub.start("--store", to);
  expect(await hub.rows()).toEqual(model.rows);
  expect(await hub.stores.mover.begin(to, false)).toMatchObject({ code: "move-refused" });

  hub.clock.set(NOW_MS + 31 * DAY_MS);
  await until("it ends", async () => ((await hub.status).move?.step === "finished" ? true : undefined), MOVE_WITHIN_MS);
  await model.append(hub.stores.store, "d1", 50, 3 * DAY_MS);
  await hub.stop();
  await hub.start();
  expect(await hub.rows()).toEqual(model.rows);

  // The file is brought up to date, and takes over.
  expect(await hub.stores.mover.back()).toBeNull();
  await hub.restarted();
  expect(await hub.status).toMatchObject({ reads: "file" });
  expect(await hub.rows()).toEqual(model.rows);
});

test("workers write to the server while the hub reads it, and at no other time", { timeout: 60_000 }, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  await new Model(seed + 2).append(hub.stores.store, "d0", 50, DAY_MS);
  const to = await server.createDatabase();
  const begun = await Promise.all([hub.stores.mover.begin(to, false), hub.stores.mover.begin(to, false)]);
  expect(begun).toMatchObject([null, { params: { reason: message("move/running") } }]);
  await hub.settled();
  const quiet = { onDeath: () => undefined, onWarning: () => undefined, onCommit: () => undefined };
  const store = new ServerStore({ ...quiet, role: "worker", address: new StoreAddress(to), clock: hub.clock });
  await store.start();
  const places = new WorkerPlaces(store, "this-hub");
  expect(await places.take(NOW_MS)).toBeNull();

  expect(await hub.stores.mover.switchToServer()).toBeNull();
  await hub.restarted();
  const place = await places.take(NOW_MS);
  expect(place).not.toBeNull();
  expect(await hub.stores.mover.back()).toMatchObject({
    code: "move-refused",
    params: { reason: message("move/workers") },
  });
  await place?.release(true);
  expect(await hub.stores.mover.back()).toBeNull();
  await hub.restarted();
  expect(await hub.status).toMatchObject({ reads: "file" });
  expect(await places.take(NOW_MS)).toBeNull();
  expect(await hub.stores.mover.end()).toBeNull();

  // One that knows nothing of moves, as those of an older version.
  const lock = store.slot(1);
  expect(await lock.claim()).toBe(true);
  expect(await hub.stores.mover.begin(to, false)).toMatchObject({ params: { reason: message("move/workers") } });
  lock.end();
  await until("it begins", async () => ((await hub.stores.mover.begin(to, false)) === null ? true : undefined));
  await store.stop();
});

test("a move that cannot be written down has not begun", { timeout: 60_000 }, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  const to = await server.createDatabase();
  const unfinished = join(hub.folder.path, "move.json.new");
  mkdirSync(unfinished);
  await expect(hub.stores.mover.begin(to, false)).rejects.toThrow(/EISDIR/);
  expect(await hub.status).toMatchObject({ reads: "file", move: null });
  rmdirSync(unfinished);
  expect(await hub.stores.mover.begin(to, false)).toBeNull();
});

test("a month after the switch the move ends by itself; where that cannot be written down, it says so, and is ended by hand", {
  timeout: 60_000,
}, async () => {
  await using hub = new MovingHub(NOW_MS);
  await hub.start();
  await new Model(seed + 3).append(hub.stores.store, "d0", 50, DAY_MS);
  expect(await hub.stores.mover.begin(await server.createDatabase(), true)).toBeNull();
  await hub.restarted();
  await hub.settled();
  // The state is written to this file first.
  const unfinished = join(hub.folder.path, "move.json.new");
  mkdirSync(unfinished);
  hub.clock.set(NOW_MS + 31 * DAY_MS);
  await until("it says that it cannot end", async () => (await hub.status).move?.problem, MOVE_WITHIN_MS);
  expect(await hub.status).toMatchObject({ reads: "server", move: { step: "ready" } });

  rmdirSync(unfinished);
  expect(await hub.stores.mover.end()).toBeNull();
  expect(await hub.status).toMatchObject({ reads: "server", move: { step: "finished" } });
});
