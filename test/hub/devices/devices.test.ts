// Settings and removal of devices: after a restart, and on the live feed.
import { once } from "node:events";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { LiveEvent, ReadingsPage } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { shareTestHub } from "../../support/shared-hub.ts";

async function patch(hub: TestHub, changes: unknown, id = "pi"): Promise<[number, unknown]> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(changes);
  const response = await hub.fetch(`/api/v1/devices/${id}`, { method: "PATCH", headers, body });
  return [response.status, await response.json()];
}

const device = (hub: TestHub, id = "pi") => hub.json<Device>(`/api/v1/devices/${id}`);

async function listen(hub: TestHub): Promise<{ readonly events: LiveEvent[] } & Disposable> {
  const { http, token } = hub.file;
  const headers = { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${http.replace("http", "ws")}/api/v1/live`, { headers });
  const events: LiveEvent[] = [];
  socket.on("message", (data) => events.push(JSON.parse(String(data))));
  await once(socket, "open");
  return { events, [Symbol.dispose]: () => socket.terminate() };
}

test("people's settings override a device's own, and null removes them", async () => {
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  await client.publishAsync("bramble/pi/about", '{"name":"Pi Four"}', { qos: 1 });
  await hub.post({ device_id: "pi", t: 1 });
  const given = {
    name: "Attic",
    room: "Upstairs",
    notes: "By the window.\nNeeds a case.",
    icon: "🌡️",
    tags: ["a", "b"],
  };
  expect(await patch(hub, { ...given, name: "  Attic ", tags: ["a", "b", "a"] })).toEqual([
    200,
    expect.objectContaining({ ...given, ownName: "Pi Four" }),
  ]);
  await client.publishAsync("bramble/pi/about", '{"name":"Pi Five"}', { qos: 1 });
  await client.endAsync();
  await hub.end("SIGKILL");
  await hub.start();
  expect(await device(hub)).toMatchObject({ ...given, ownName: "Pi Five" });

  await patch(hub, { name: null, tags: null, notes: null });
  const left = await device(hub);
  expect(left).toMatchObject({ name: "Pi Five", room: "Upstairs", icon: "🌡️" });
  expect(left).not.toHaveProperty("tags");
  expect(left).not.toHaveProperty("notes");
});

const unchanged = shareTestHub();

test.each([
  [{ name: "" }, "name"],
  [{ name: "   " }, "name"],
  [{ name: "x".repeat(65) }, "name"],
  [{ name: "a\nb" }, "name"],
  [{ name: 5 }, "name"],
  [{ notes: "x".repeat(4_001) }, "notes"],
  [{ tags: Array.from({ length: 33 }, String) }, "tags"],
  [{ tags: ["x".repeat(33)] }, "tags"],
  [{ tags: "one" }, "tags"],
  [{ joining: "approved" }, "“joining” is nothing that can be changed"],
  [["name"], "The change"],
  ["name", "The change"],
  [null, "The change"],
])("a change that cannot be is refused in words, and changes nothing (%#)", async (changes, words) => {
  await unchanged.post({ device_id: "pi", t: 1 });
  const before = await device(unchanged);
  expect(await patch(unchanged, changes)).toEqual([
    400,
    expect.objectContaining({ error: "bad-request", message: expect.stringContaining(words) }),
  ]);
  expect(await device(unchanged)).toEqual(before);
});

test("a device is removed with its history; if it sends again, it is a new one", async () => {
  await using hub = await startTestHub("--joining", "ask");
  for (const id of ["pi", "other"]) {
    await hub.post({ device_id: id, t: 1, place: "roof" });
    await hub.fetch(`/api/v1/devices/${id}/approve`, { method: "POST" });
  }
  await patch(hub, { name: "Attic" });
  const remove = () => hub.fetch("/api/v1/devices/pi", { method: "DELETE" });
  const removed = await remove();
  expect([removed.status, await removed.text()]).toEqual([204, ""]);
  expect((await remove()).status).toBe(404);
  const rows = async () => (await hub.json<ReadingsPage>("/api/v1/readings")).readings.map(({ device }) => device);
  expect(await rows()).toEqual(["other"]);
  await hub.end("SIGKILL");
  await hub.start();
  expect(await hub.json("/api/v1/devices")).toMatchObject({ devices: [{ id: "other" }] });
  expect(await rows()).toEqual(["other"]);

  expect(await (await hub.post({ device_id: "pi", u: 2 })).json()).toMatchObject({ joining: "waiting" });
  expect(await device(hub)).toMatchObject({ name: "pi", metrics: [{ name: "u" }], attributes: {} });
});

test("a device that sends during its removal loses no later acknowledged reading", async () => {
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt);
  const acknowledged: number[] = [];
  let sent = 0;
  const send = async () => {
    const n = sent++;
    await client.publishAsync("sensor/pi/data", `{"n":${n}}`, { qos: 1 });
    acknowledged.push(n);
  };
  const sendMany = (count: number) => Promise.all(Array.from({ length: count }, send));
  await sendMany(200);
  const sending = sendMany(200);
  const [removed] = await Promise.all([hub.fetch("/api/v1/devices/pi", { method: "DELETE" }), sending]);
  expect(removed.status).toBe(204);
  const lastBefore = acknowledged.length;
  await sendMany(50);
  await client.endAsync();
  const { readings } = await hub.json<ReadingsPage>("/api/v1/readings?limit=10000");
  const stored = new Set(readings.map(({ value }) => value));
  expect(acknowledged.slice(lastBefore).filter((n) => !stored.has(n))).toEqual([]);
  // What was there before is gone for good.
  await hub.end("SIGKILL");
  await hub.start();
  const later = (await hub.json<ReadingsPage>("/api/v1/readings?limit=10000")).readings;
  expect(later.length).toBe(readings.length);
  expect(later.filter(({ value }) => value < 200)).toEqual([]);
});

test("every change is on the live feed", async () => {
  await using hub = await startTestHub("--joining", "ask");
  using live = await listen(hub);
  const seen = async (what: string, isIt: (event: LiveEvent) => boolean) =>
    expect.poll(() => live.events.some(isIt), { message: what, timeout: 30_000 }).toBe(true);
  const isDevice = (joining: string) => (event: LiveEvent) =>
    event.type === "device" && event.device.joining === joining;
  await hub.post({ device_id: "pi", t: 1 });
  await seen("it waits", isDevice("waiting"));
  await hub.post({ device_id: "pi", t: 2 });
  await seen("it waits with two", (event) => event.type === "device" && event.device.quarantined?.readings === 2);
  await hub.fetch("/api/v1/devices/pi/block", { method: "POST" });
  await seen("it is blocked", isDevice("blocked"));
  await hub.fetch("/api/v1/devices/pi/approve", { method: "POST" });
  await seen("it has joined", isDevice("approved"));
  await patch(hub, { name: "Attic" });
  await seen("it has a name", (event) => event.type === "device" && event.device.name === "Attic");
  await hub.fetch("/api/v1/devices/pi", { method: "DELETE" });
  await seen("it is gone", (event) => event.type === "device-removed" && event.id === "pi");
});

test("a list with very many metrics is sent in pieces, equal to the single devices", async () => {
  await using hub = await startTestHub();
  const DEVICES = 13;
  const METRICS = 500;
  const metrics = Object.fromEntries(Array.from({ length: METRICS }, (_, index) => [`m${index}`, index / 3]));
  const ids = Array.from({ length: DEVICES }, (_, index) => `pi-${index}`);
  for (const device_id of ids) expect((await hub.post({ device_id, ...metrics })).status).toBe(200);
  const answer = await hub.fetch("/api/v1/devices");
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("content-length")]).toEqual([
    200,
    "application/json; charset=utf-8",
    null,
  ]);
  const { devices }: { devices: Device[] } = await answer.json();
  expect(devices).toEqual(await Promise.all(ids.map((id) => device(hub, id))));
  const head = await hub.fetch("/api/v1/devices", { method: "HEAD" });
  expect([head.status, head.headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
});
