// Merging two devices: nothing is lost, whatever both have, whatever they send meanwhile, and whenever the hub is killed.
import { once } from "node:events";
import fc from "fast-check";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Chart, DeviceList, LiveEvent, ReadingsPage } from "../../../src/shared/api.ts";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { Device } from "../../../src/shared/device.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { startRegistry } from "../../support/stores/registry.ts";
import { runsOf } from "../../support/stores/runs.ts";
import { deviceId, makeReading, metricName, openTestStore } from "../../support/stores/store.ts";
import {
  compareAll,
  EVERYTHING,
  type Message,
  type SeriesName,
  StoreModel,
  toAppend,
} from "../../support/stores/store-model.ts";
import { until } from "../../support/until.ts";

const START_MS = Date.UTC(2026, 1, 2, 22);
const SOURCE = { address: "10.0.0.1", session: null };

const ts = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => START_MS + n),
  fc.integer({ min: -96, max: 96 }).map((n) => START_MS + n * 300_000),
);
const value = fc.oneof(
  fc.integer({ min: -400, max: 400 }).map((n) => n / 10),
  fc.constantFrom(0, -0, 5e-324, 1.7e308, -1.7e308, 1 / 3, 2 ** 53),
);
const few = (...names: SeriesName[]): fc.Arbitrary<Message> =>
  fc.record({
    readings: fc.array(fc.record({ name: fc.constantFrom(...names), tsMs: ts, value }), {
      minLength: 1,
      maxLength: 30,
    }),
    receivedAtMs: ts,
  });
const many: fc.Arbitrary<Message> = fc
  .record({
    name: fc.constantFrom<SeriesName>("a/t", "a/u", "b/t"),
    fromMs: ts,
    everyMs: fc.constantFrom(1, 1_000, 60_000),
    count: fc.oneof(fc.integer({ min: 500, max: 6_000 }), fc.constantFrom(4_096, 8_192)),
  })
  .map(({ name, fromMs, everyMs, count }) => ({
    readings: Array.from({ length: count }, (_, index) => ({
      name,
      tsMs: fromMs + index * everyMs,
      value: index / 4,
    })),
    receivedAtMs: START_MS,
  }));
const history = fc.array(fc.oneof(few("a/t", "a/u", "b/t", "b:1/x"), many), { minLength: 1, maxLength: 12 });

test("readings are copied bit for bit, and those of the target win", {
  timeout: 120_000,
}, async () => {
  const lives = fc.record({
    first: few("a/t"),
    sealed: history,
    unsealed: history,
    meanwhile: fc.array(few("b/t", "b/u"), { maxLength: 8 }),
    bIsFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(lives, async ({ first, sealed, unsealed, meanwhile, bIsFirst }) => {
      await using open = await openTestStore(new FakeClock(START_MS));
      const model = new StoreModel();
      const append = async (message: Message) => {
        model.append(message);
        await open.store.readings.append(toAppend(message));
      };
      const ofB = { readings: [{ name: "b/t" as const, tsMs: START_MS, value: 1 }], receivedAtMs: START_MS };
      for (const message of bIsFirst ? [ofB, first] : [first, ofB]) await append(message);
      for (const message of sealed) await append(message);
      await open.store.seal();
      for (const message of unsealed) await append(message);

      const registry = await startRegistry(open);
      const merging = registry.merge("a", "b");
      await Promise.all([merging, ...meanwhile.map((message) => open.store.readings.append(toAppend(message)))]);
      expect(await merging).toMatchObject({ id: "b" });
      model.copy();
      for (const message of meanwhile) model.append(message);
      for (const name of ["a/t", "a/u"] as const) model.remove({ ...EVERYTHING, name });
      await registry.stop();
      await compareAll(open, model);
      await open.reopen();
      await open.store.seal();
      await compareAll(open, model);
      expect((await open.store.status()).details.sealedReadings).toBe(model.count);
      expect(open.troubles).toEqual([]);
    }),
    { numRuns: runsOf(4), endOnFailure: true },
  );
});

test("a reading without a time does not overwrite a copied one", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  const append = (device: string, metric: string, tsMs: number | null, number: number) => {
    const { value: _, ...series } = makeReading(device, metric, START_MS, number);
    const readings = [{ ...series, tsMs, value: number }];
    return open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  };
  await append("b", "t", null, 1);
  for (const later of [1, 2, 3]) await append("a", "t", START_MS + later, 10 + later);
  await open.store.readings.copy(deviceId("a"), [metricName("t")], deviceId("b"));
  expect([...(await append("b", "t", null, 2))]).toEqual([START_MS + 4]);
});

test("meanwhile messages of the source are deferred and those of the target stored", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  for (const id of ["a", "b", "c"]) {
    const readings = [makeReading(id, "t", START_MS, 1)];
    await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  }
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { readings } = open.store;
  const registry = await startRegistry(open, {
    ...readings,
    copy: async (device, metrics, into) => {
      begun.resolve();
      await released.promise;
      await readings.copy(device, metrics, into);
    },
  });
  const merging = registry.merge("a", "b");
  await begun.promise;
  expect(registry.admit([makeReading("a", "t", START_MS, 1)], SOURCE)).toMatchObject({ kind: "deferred" });
  expect(registry.admit([makeReading("b", "t", START_MS, 1)], SOURCE)).toBe(0);
  const busy = { code: expect.stringMatching(/^device-leaving/) };
  expect(await registry.remove("a")).toMatchObject(busy);
  expect(await registry.remove("b")).toMatchObject(busy);
  expect(await registry.edit("a", { name: "Attic" })).toMatchObject(busy);
  expect(await registry.merge("a", "c")).toMatchObject(busy);
  expect(await registry.merge("b", "c")).toMatchObject(busy);
  expect(await registry.merge("c", "b")).toMatchObject(busy);
  expect(await registry.merge("c", "a")).toMatchObject(busy);
  expect(await registry.edit("b", { name: "Roof" })).toMatchObject({ name: "Roof" });
  released.resolve();
  expect(await merging).toMatchObject({ id: "b", name: "Roof" });
  expect(await registry.merge("c", "b")).toMatchObject({ id: "b" });
  expect(await registry.remove("b")).toBeNull();
  expect(registry.list()).toEqual([]);
  await registry.stop();
});

test("a failed copy leaves both devices, and can be retried", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  for (const [id, at] of [["a", 1] as const, ["b", 2] as const]) {
    const readings = [makeReading(id, "t", START_MS + at, at)];
    await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  }
  const { readings } = open.store;
  let failures = 1;
  const registry = await startRegistry(open, {
    ...readings,
    copy: async (...order) => {
      if (failures-- > 0) throw new Error("the disk is full");
      await readings.copy(...order);
    },
  });
  await expect(registry.merge("a", "b")).rejects.toThrow("the disk is full");
  expect(registry.list().map(({ id }) => id)).toEqual(["a", "b"]);
  expect(registry.admit([makeReading("a", "t", START_MS, 1)], SOURCE)).toBe(0);
  expect(await registry.merge("a", "b")).toMatchObject({ id: "b" });
  const whole = { devices: [deviceId("b")], metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  const { values } = await readings.page({ ...whole, order: "oldest-first", after: null, limit: 10 });
  expect([...values]).toEqual([1, 2]);
  await registry.stop();
});

const json = { "Content-Type": "application/json" };

async function ask(hub: TestHub, method: string, path: string, body: unknown): Promise<[number, unknown]> {
  const response = await hub.fetch(`/api/v1/${path}`, { method, headers: json, body: JSON.stringify(body) });
  return [response.status, await response.json()];
}

const merge = (hub: TestHub, id: string, body: unknown) => ask(hub, "POST", `devices/${id}/merge`, body);
const rows = async (hub: TestHub) => (await hub.json<ReadingsPage>("/api/v1/readings?limit=10000")).readings;
const devices = async (hub: TestHub) => (await hub.json<DeviceList>("/api/v1/devices")).devices;

const lamp = {
  control: { id: "lamp", kind: "switch" },
  publishes: { topic: "cmnd/lamp/POWER", on: "ON", off: "OFF" },
};
const fan = { control: { id: "fan", kind: "switch" }, publishes: { topic: "fan", on: "1", off: "0" } };

test("a device continues as another, with its readings, attributes and settings, also after a restart", async () => {
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  await client.publishAsync("bramble/old/about", '{"controls":[{"id":"led","kind":"switch"}]}', { qos: 1 });
  await client.endAsync();
  await hub.post({ device_id: "old", ts: START_MS + 1, t: 1.5, u: 1, place: "roof", os: "bullseye" });
  await hub.post({ device_id: "old", ts: START_MS + 2, t: 2.5 });
  await hub.post({ device_id: "new", ts: START_MS + 2, t: 22.5, os: "trixie" });
  await hub.post({ device_id: "new", ts: START_MS + 3, t: 3.5 });
  await ask(hub, "PATCH", "devices/old", {
    name: "Attic",
    room: "Upstairs",
    notes: "By the window.",
    tags: ["a"],
    controls: [lamp, { ...fan, publishes: { ...fan.publishes, topic: "old/fan" } }],
  });
  await ask(hub, "PATCH", "devices/new", { room: "Cellar", controls: [fan] });
  const [, ordered] = await ask(hub, "POST", "devices/old/commands", { control: "led", value: true });
  const { id: command }: Pick<Command, "id"> = JSON.parse(JSON.stringify(ordered));
  const { firstSeenMs } = await hub.json<Device>("/api/v1/devices/old");

  const { http, token } = hub.file;
  const address = `${http.replace("http", "ws")}/api/v1/live`;
  const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${token}` } });
  const events: LiveEvent[] = [];
  socket.on("message", (data) => events.push(JSON.parse(String(data))));
  await once(socket, "open");

  const merged = {
    ...{ id: "new", name: "Attic", room: "Cellar", notes: "By the window.", tags: ["a"], firstSeenMs },
    attributes: { os: "trixie", place: "roof" },
    controls: [fan, lamp],
    metrics: [
      expect.objectContaining({ name: "t", latest: { ts: START_MS + 3, value: 3.5 } }),
      expect.objectContaining({ name: "u", latest: { ts: START_MS + 1, value: 1 } }),
    ],
  };
  expect(await merge(hub, "old", { into: "new" })).toEqual([200, expect.objectContaining(merged)]);
  const heard = (isIt: (event: LiveEvent) => boolean) => expect.poll(() => events.some(isIt)).toBe(true);
  await heard((event) => event.type === "device-removed" && event.id === "old");
  await heard((event) => event.type === "device" && event.device.name === "Attic" && event.device.metrics.length === 2);
  socket.terminate();

  const expected = [
    { device: "new", metric: "t", ts: START_MS + 3, value: 3.5 },
    { device: "new", metric: "t", ts: START_MS + 2, value: 22.5 },
    { device: "new", metric: "t", ts: START_MS + 1, value: 1.5 },
    { device: "new", metric: "u", ts: START_MS + 1, value: 1 },
  ];
  expect(await rows(hub)).toEqual(expected);
  await hub.end("SIGKILL");
  await hub.start();
  expect(await rows(hub)).toEqual(expected);
  expect(await devices(hub)).toEqual([expect.objectContaining(merged)]);
  expect((await hub.fetch(`/api/v1/commands/${command}`)).status).toBe(404);
  expect((await merge(hub, "old", { into: "new" }))[0]).toBe(404);
});

test("an impossible merge is refused with a message and changes nothing", async () => {
  await using hub = await startTestHub("--joining", "ask");
  const metrics = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, index]));
  for (const [id, values] of [
    ["pi", { t: 1 }],
    ["wide", metrics("w", 300)],
    ["broad", metrics("b", 201)],
    ["shut", { t: 1 }],
  ] as const) {
    expect(await (await hub.post({ device_id: id, ts: START_MS, ...values })).json()).toMatchObject({
      status: "success",
    });
    await hub.fetch(`/api/v1/devices/${id}/approve`, { method: "POST" });
  }
  await hub.fetch("/api/v1/devices/shut/block", { method: "POST" });
  await hub.post({ device_id: "waits", ts: START_MS, t: 1 });
  const before = [await devices(hub), await rows(hub)];

  const cases: [string, unknown, number, string, string][] = [
    ["pi", { into: "pi" }, 400, "bad-request", "itself"],
    ["nobody", { into: "pi" }, 404, "no-such-device", "“nobody”"],
    ["pi", { into: "nobody" }, 404, "no-such-device", "“nobody”"],
    ["pi", { into: "waits" }, 409, "not-joined", "waits waits to join"],
    ["waits", { into: "pi" }, 409, "not-joined", "waits waits to join"],
    ["pi", { into: "shut" }, 409, "not-joined", "shut is blocked"],
    ["shut", { into: "pi" }, 409, "not-joined", "shut is blocked"],
    ["wide", { into: "broad" }, 400, "too-many-metrics", "501 metrics together"],
    ["pi", {}, 400, "bad-request", "into"],
    ["pi", { into: 5 }, 400, "bad-request", "into"],
    ["pi", { into: "wide", also: 1 }, 400, "bad-request", "body"],
    ["pi", null, 400, "bad-request", "body"],
    ["pi", [], 400, "bad-request", "body"],
  ];
  for (const [id, body, status, error, words] of cases) {
    const refused = { error, message: expect.stringContaining(words) };
    expect([body, await merge(hub, id, body)]).toEqual([body, [status, expect.objectContaining(refused)]]);
  }
  expect([await devices(hub), await rows(hub)]).toEqual(before);
  // 500 together are allowed.
  expect((await merge(hub, "pi", { into: "wide" }))[0]).toBe(200);
});

const MESSAGES = 12;
const READINGS_EACH = 8_000;

/** Every tenth reading of `new` is at a time at which `old` has one, too. */
async function fill(hub: TestHub): Promise<void> {
  for (let message = 0; message < MESSAGES; message++) {
    const readings = Array.from({ length: READINGS_EACH }, (_, row) => ({
      ts: START_MS + 1_000 * (message * READINGS_EACH + row),
      t: row,
    }));
    const send = (device: string, some: readonly object[]) => {
      const path = `${hub.file.http}/api/v1/readings?device=${device}`;
      return fetch(path, { method: "POST", headers: json, body: JSON.stringify(some) });
    };
    const old = readings.map((reading) => ({ device_id: "old", ...reading }));
    const shared = readings.filter((_, row) => row % 10 === 0).map(({ ts }) => ({ device_id: "new", ts, t: -1 }));
    for (const half of [old.slice(0, READINGS_EACH / 2), old.slice(READINGS_EACH / 2)])
      expect((await send("old", half)).status).toBe(200);
    expect((await send("new", shared)).status).toBe(200);
  }
}

/** How many readings there are, and their sum: 0 of a device that is not there. */
async function sumOf(hub: TestHub, device: string): Promise<{ count: number; sum: number }> {
  const response = await hub.fetch(`/api/v1/devices/${device}/readings?metric=t&from=0&to=4000000000000&points=1000`);
  if (response.status === 404) return { count: 0, sum: 0 };
  const { buckets }: Chart = await response.json();
  return buckets.reduce(({ count, sum }, { n, avg }) => ({ count: count + n, sum: sum + n * avg }), {
    count: 0,
    sum: 0,
  });
}

const ALL = MESSAGES * READINGS_EACH;
const SHARED = ALL / 10;

test.each([
  ["killed when it has begun", "SIGKILL", (ofNew: number, _ofOld: number) => ofNew > SHARED],
  ["stopped when it has begun", "SIGTERM", (ofNew: number, _ofOld: number) => ofNew > SHARED],
  ["killed when most is copied", "SIGKILL", (ofNew: number, _ofOld: number) => ofNew > ALL / 2],
  ["killed when the old one is going", "SIGKILL", (_ofNew: number, ofOld: number) => ofOld < ALL],
] as const)("a hub that is %s has lost nothing, and completes it when it is told again", async (_, signal, isTime) => {
  await using hub = await startTestHub();
  await fill(hub);
  const merging = merge(hub, "old", { into: "new" }).catch(() => undefined);
  await until("the merge is that far", async () => {
    const [ofNew, ofOld] = await Promise.all([sumOf(hub, "new"), sumOf(hub, "old")]);
    return isTime(ofNew.count, ofOld.count) || undefined;
  });
  const toldMs = performance.now();
  expect(await hub.end(signal)).toBe(signal === "SIGTERM" ? 0 : null);
  // By itself: after 5 s it is ended.
  expect(performance.now() - toldMs).toBeLessThan(4_000);
  await merging;
  await hub.start();
  const whole = (READINGS_EACH * (READINGS_EACH - 1) * MESSAGES) / 2;
  const ofShared = Array.from({ length: SHARED / MESSAGES }, (_, row) => row * 10).reduce((a, b) => a + b) * MESSAGES;
  const merged = { count: ALL, sum: whole - ofShared - SHARED };
  const left = await devices(hub);
  if (left.some(({ id }) => id === "old")) {
    const ofOld = await sumOf(hub, "old");
    // Nothing of the old one goes before all of it is in the new one.
    if (ofOld.count < ALL) expect(await roundedSum(hub)).toEqual(merged);
    expect((await merge(hub, "old", { into: "new" }))[0]).toBe(200);
  }
  expect(await roundedSum(hub)).toEqual(merged);
  expect((await devices(hub)).map(({ id }) => id)).toEqual(["new"]);
});

async function roundedSum(hub: TestHub): Promise<{ count: number; sum: number }> {
  const { count, sum } = await sumOf(hub, "new");
  return { count, sum: Math.round(sum) };
}

test("two devices that continue to send lose nothing acknowledged", async () => {
  await using hub = await startTestHub();
  await fill(hub);
  const client = await connectAsync(hub.file.mqtt);
  let sent = 0;
  // A metric each: of two readings at the same millisecond one would give way.
  const send = async (device: string) => {
    const n = sent++;
    await client.publishAsync(`sensor/${device}/data`, `{"of-${device}":${n}}`, { qos: 1 });
    return n;
  };
  const sendMany = (device: string) => Promise.all(Array.from({ length: 100 }, () => send(device)));
  const [ofOld, ofNew] = await Promise.all([sendMany("old"), sendMany("new")]);
  let isDone = false;
  const merging = merge(hub, "old", { into: "new" }).finally(() => {
    isDone = true;
  });
  let meanwhile = 0;
  for (; !isDone; meanwhile++) ofNew.push(await send("new"));
  expect((await merging)[0]).toBe(200);
  // Not put off while it ran.
  expect(meanwhile).toBeGreaterThan(10);
  const late = await send("old");
  await client.endAsync();
  const stored = async (device: string, metric: string) =>
    (await hub.json<ReadingsPage>(`/api/v1/readings?device=${device}&metric=${metric}&limit=10000`)).readings
      .map(({ value: n }) => n)
      .sort((a, b) => a - b);
  expect(await stored("new", "of-old")).toEqual(ofOld);
  expect(await stored("new", "of-new")).toEqual(ofNew);
  expect(await stored("old", "of-old")).toEqual([late]);
});
