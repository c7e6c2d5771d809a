// Merging two devices of a hub: nothing is lost, whatever they send meanwhile, and whenever the hub is killed.
import { once } from "node:events";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Chart, DeviceList, LiveEvent, ReadingsPage } from "../../../src/shared/api.ts";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { Device } from "../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const START_MS = Date.UTC(2026, 1, 2, 22);
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
    id: "new",
    name: "Attic",
    room: "Cellar",
    notes: "By the window.",
    tags: ["a"],
    firstSeenMs,
    attributes: { os: "trixie", place: "roof" },
    controls: [fan, lamp],
    metrics: [
      expect.objectContaining({ name: "t", latest: { ts: START_MS + 3, value: 3.5 } }),
      expect.objectContaining({ name: "u", latest: { ts: START_MS + 1, value: 1 } }),
    ],
  };
  expect(await merge(hub, "old", { into: "new" })).toEqual([200, expect.objectContaining(merged)]);
  const received = (isIt: (event: LiveEvent) => boolean) => expect.poll(() => events.some(isIt)).toBe(true);
  await received((event) => event.type === "device-removed" && event.id === "old");
  await received(
    (event) => event.type === "device" && event.device.name === "Attic" && event.device.metrics.length === 2,
  );
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
