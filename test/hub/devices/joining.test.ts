// Joining: pending, approved, blocked and expired devices. Hubs are real; where time matters, the hub runs in the test's process with a
// fake clock.
import { once } from "node:events";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, test } from "vitest";
import type { Chart } from "../../../src/shared/api.ts";
import {
  decide,
  deviceOf,
  devices,
  get,
  JOINED,
  NOON,
  PENDING,
  post,
  refused,
  values,
  waitingHub,
} from "../../support/honest/joining.ts";
import { startTestHub, TestHub } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { run } from "../../support/run.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

/** Posts as another computer would. */
async function postFrom(localAddress: string, port: number, body: unknown): Promise<[number | undefined, unknown]> {
  const headers = { "Content-Type": "application/json" };
  const sending = request({ host: "127.0.0.1", port, path: "/data", method: "POST", localAddress, headers });
  sending.end(JSON.stringify(body));
  const [response] = await once(sending, "response");
  return [response.statusCode, JSON.parse(await text(response))];
}

test("readings of an unknown device are acknowledged and quarantined, until it is approved with them", async () => {
  await using hub = await startTestHub("--joining", "ask");
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  await client.publishAsync("bramble/pi/about", '{"name":"Attic","model":"Pi 4"}', { qos: 1 });
  await client.publishAsync("sensor/pi/data", '{"t":1,"place":"roof"}', { qos: 1 });
  await client.publishAsync("sensor/pi/data", '{"t":2}', { qos: 2 });
  expect(await post(hub, { device_id: "pi", t: 3 })).toEqual([200, PENDING]);
  await client.endAsync();

  expect(await devices(hub)).toEqual([
    expect.objectContaining({
      id: "pi",
      name: "Attic",
      model: "Pi 4",
      address: "127.0.0.1",
      joining: "waiting",
      quarantined: { readings: 3, untilMs: expect.any(Number) },
      metrics: [{ name: "t", latest: { ts: expect.any(Number), value: 3 }, stale: false }],
      attributes: { place: "roof" },
    }),
  ]);
  for (const query of ["", "&device=pi", "&metric=t", "&device=pi&metric=t"])
    expect(await values(hub, query)).toEqual([]);
  const csv = async (query: string) =>
    (await (await hub.fetch(`/api/v1/export.csv${query}`)).text()).trim().split("\r\n");
  for (const query of ["", "?device=pi", "?layout=wide"]) expect(await csv(query)).toHaveLength(1);
  expect((await get<Chart>(hub, "devices/pi/readings?metric=t")).buckets).toEqual([]);

  const approved = await decide(hub, "pi", "approve");
  expect(approved).toMatchObject({ id: "pi", joining: "approved" });
  expect(approved).not.toHaveProperty("quarantined");
  expect(await values(hub)).toEqual([1, 2, 3]);
  expect(await csv("")).toHaveLength(4);
  expect((await get<Chart>(hub, "devices/pi/readings?metric=t")).buckets.reduce((sum, { n }) => sum + n, 0)).toBe(3);
  expect(await post(hub, { device_id: "pi", t: 4 })).toEqual([200, JOINED]);
});

test("unmodified paho and requests scripts are pending, too", async () => {
  await using hub = await startTestHub("--joining", "ask");
  const snippet = (name: string) => fileURLToPath(new URL(`../snippets/${name}.py`, import.meta.url));
  await run("/usr/bin/python3", [snippet("send_mqtt"), "127.0.0.1", String(hub.mqttPort)]);
  const kept = async (count: number) =>
    until(`${count} readings`, async () =>
      (await deviceOf(hub, "raspi-01"))?.quarantined?.readings === count ? true : undefined,
    );
  await kept(2);
  expect(await run("/usr/bin/python3", [snippet("send_http"), "127.0.0.1", String(hub.httpPort)])).toBe(
    "200 success\n",
  );
  await kept(4);
  await decide(hub, "raspi-01", "approve");
  expect((await values(hub)).sort()).toEqual([25.5, 25.5, 60.3, 60.3]);
});

test("a batch of a joined and a pending device is stored, and only the former is visible", async () => {
  await using hub = await startTestHub("--joining", "ask");
  await post(hub, { device_id: "old", t: 1 });
  await decide(hub, "old", "approve");
  const response = await hub.post([
    { device_id: "old", t: 2 },
    { device_id: "new", t: 3 },
  ]);
  expect(await response.json()).toEqual({ status: "success", accepted: 2, joining: "waiting" });
  expect(await values(hub)).toEqual([1, 2]);
  await decide(hub, "new", "approve");
  expect((await values(hub)).sort()).toEqual([1, 2, 3]);
});

test("a blocked device is refused: with 403 over HTTP, acknowledged over MQTT, and listed once", async () => {
  await using hub = await startTestHub("--joining", "ask");
  await post(hub, { device_id: "pi", t: 1 });
  expect(await decide(hub, "pi", "block")).toMatchObject({ joining: "blocked" });
  expect(await post(hub, { device_id: "pi", t: 2 })).toEqual([
    403,
    expect.objectContaining({ error: "device-blocked" }),
  ]);
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  for (const topic of ["sensor/pi/data", "bramble/pi/metric/t", "bramble/pi/about", "bramble/pi/status"]) {
    const payload = { about: '{"name":"x"}', status: "online", t: "5", data: '{"t":5}' }[topic.split("/").at(-1) ?? ""];
    await client.publishAsync(topic, payload ?? "", { qos: 1 });
  }
  await client.publishAsync("sensor/pi/data", '{"t":5}', { qos: 2 });
  expect(client.connected).toBe(true);
  await client.endAsync();
  expect(await refused(hub)).toEqual([{ code: "device-blocked", message: expect.stringContaining("pi was blocked") }]);
  expect(await values(hub)).toEqual([]);
  expect(await deviceOf(hub, "pi")).toMatchObject({ name: "pi", joining: "blocked" });

  // After a kill it is refused as before, and can be brought back with what it sent before.
  await hub.end("SIGKILL");
  await hub.start();
  expect(await post(hub, { device_id: "pi", t: 6 })).toEqual([
    403,
    expect.objectContaining({ error: "device-blocked" }),
  ]);
  await decide(hub, "pi", "approve");
  expect(await values(hub)).toEqual([1]);
  expect(await post(hub, { device_id: "pi", t: 7 })).toEqual([200, JOINED]);
});

test("messages of a blocked device are neither forwarded nor retained", async () => {
  await using hub = await startTestHub("--joining", "ask");
  for (const id of ["friend", "stranger"]) await post(hub, { device_id: id, t: 1 });
  await decide(hub, "friend", "approve");
  await decide(hub, "stranger", "block");
  const listener = await connectAsync(hub.file.mqtt, { username: "admin", password: hub.file.token });
  const received: string[] = [];
  listener.on("message", (topic, payload) => received.push(`${topic} ${payload}`));
  await listener.subscribeAsync(["sensor/#", "bramble/#"]);
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  for (const qos of [0, 1, 2] as const) {
    await client.publishAsync("sensor/stranger/data", `{"t":${qos}}`, { qos });
    await client.publishAsync("sensor/data", `{"device_id":"stranger","t":${qos}}`, { qos });
    await client.publishAsync("bramble/stranger/status", "online", { qos, retain: true });
    await client.publishAsync("sensor/friend/data", `{"t":${qos}}`, { qos });
  }
  await until("the friend is received", async () =>
    received.some((one) => one.endsWith('{"t":2}')) ? true : undefined,
  );
  expect(received).toEqual([0, 1, 2].map((qos) => `sensor/friend/data {"t":${qos}}`));
  await listener.unsubscribeAsync("bramble/#");
  await listener.subscribeAsync("bramble/#");
  await client.publishAsync("sensor/friend/data", '{"t":3}', { qos: 1 });
  await until("the friend is received again", async () =>
    received.some((one) => one.endsWith('{"t":3}')) ? true : undefined,
  );
  expect(received.filter((one) => one.includes("stranger"))).toEqual([]);
  await Promise.all([client.endAsync(), listener.endAsync()]);
});

test("a closed hub refuses unknown devices: with 403 over HTTP, without an acknowledgement over MQTT", async () => {
  await using open = await startTestHub();
  await post(open, { device_id: "old", t: 1 });
  await open.end("SIGTERM");
  await using hub = new TestHub(["--joining", "closed"], undefined, open.folder);
  await hub.start();
  const response = await hub.post({ device_id: "new", t: 1 });
  expect([response.status, response.headers.get("retry-after")]).toEqual([403, "60"]);
  expect(await response.json()).toMatchObject({ error: "joining-closed", message: expect.stringContaining("new") });

  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  client.on("error", () => undefined);
  await client.publishAsync("sensor/old/data", '{"t":2}', { qos: 1 });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const sending = client.publishAsync("sensor/new/data", '{"t":2}', { qos: 1 }).then(
    () => "acknowledged",
    () => "not acknowledged",
  );
  await closed;
  client.end(true);
  expect(await sending).toBe("not acknowledged");
  expect(await devices(hub)).toMatchObject([{ id: "old", joining: "approved" }]);
  expect(await values(hub)).toEqual([1, 2]);
  expect(await refused(hub)).toMatchObject([{ code: "joining-closed" }]);
});

test("20 devices of one address and 100 in total may be pending, also after a restart", async () => {
  await using hub = await startTestHub("--joining", "ask");
  const full = (words: string) => [
    503,
    { error: "waiting-list-full", message: expect.stringContaining(words), details: expect.anything() },
  ];
  const send = (host: number, device: number) =>
    postFrom(`127.0.0.${host}`, hub.httpPort, { device_id: `pi-${host}-${device}`, t: 1 });
  for (let host = 1; host <= 4; host++) {
    for (let device = 0; device < 20; device++) expect(await send(host, device)).toEqual([200, PENDING]);
    expect(await send(host, 20)).toEqual(full(`20 devices from 127.0.0.${host}`));
  }
  const batch = Array.from({ length: 21 }, (_, device) => ({ device_id: `pi-5-${device}`, t: 1 }));
  expect(await postFrom("127.0.0.5", hub.httpPort, batch)).toEqual(full("from 127.0.0.5"));
  await hub.end("SIGKILL");
  await hub.start();
  expect(await send(1, 20)).toEqual(full("from 127.0.0.1"));
  expect(await postFrom("127.0.0.5", hub.httpPort, batch.slice(0, 20))).toEqual([
    200,
    { status: "success", accepted: 20, joining: "waiting" },
  ]);
  expect(await send(6, 0)).toEqual(full("100 devices"));
  expect((await devices(hub)).filter(({ joining }) => joining === "waiting")).toHaveLength(100);

  // Those that wait are heard all the same, and each decision makes room for one.
  expect(await send(3, 3)).toEqual([200, PENDING]);
  await decide(hub, "pi-1-0", "approve");
  await decide(hub, "pi-2-0", "block");
  expect(await send(6, 0)).toEqual([200, PENDING]);
  expect(await send(1, 20)).toEqual([200, PENDING]);
  expect(await send(6, 1)).toEqual(full("100 devices"));
});

test("a pending device may have as many metrics as any other", async () => {
  await using hub = await waitingHub();
  const metrics = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, index]));
  for (const ts of [NOON, NOON + 1])
    expect(await post(hub, { device_id: "wide", ts, ...metrics })).toEqual([200, { ...PENDING, accepted: 500 }]);
  expect(await post(hub, { device_id: "wide", more: 1 })).toEqual([
    400,
    expect.objectContaining({ error: "too-many-metrics" }),
  ]);
});

test("at most 10,000 readings of a pending device are stored, also after a restart", async () => {
  await using hub = await startTestHub("--joining", "ask");
  const batch = (from: number, count: number) =>
    hub.post(Array.from({ length: count }, (_, row) => ({ device_id: "pi", ts: NOON + from + row, t: from + row })));
  expect((await batch(0, 5_000)).status).toBe(200);
  expect((await batch(5_000, 4_999)).status).toBe(200);
  // All of a message or nothing.
  expect((await batch(9_999, 2)).status).toBe(429);
  expect((await batch(9_999, 1)).status).toBe(200);
  await hub.end("SIGKILL");
  await hub.start();
  expect((await deviceOf(hub, "pi"))?.quarantined?.readings).toBe(10_000);
  const response = await batch(10_000, 1);
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "60"]);
  expect(await response.json()).toMatchObject({ error: "waiting-device-full", details: [{ limit: 10_000 }] });
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  client.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.publish("sensor/pi/data", '{"t":1}', { qos: 1 });
  await closed;
  client.end(true);
  expect(await refused(hub)).toMatchObject([{ code: "waiting-device-full" }, { code: "waiting-device-full" }]);

  await decide(hub, "pi", "approve");
  expect(await values(hub)).toHaveLength(10_000);
  expect((await batch(10_000, 1)).status).toBe(200);
});

if (mayMountSmallDisk()) {
  test("a message that the store could not keep does not count", async () => {
    const folder = mountSmallDisk(8);
    await using hub = await startHubInside({ nowMs: NOON, joining: "ask", folder });
    const batch = (from: number, count: number) =>
      hub.post(
        Array.from({ length: count }, (_, row) => ({ device_id: "pi", ts: NOON + from + row, t: Math.sin(row) })),
      );
    expect((await batch(0, 4_000)).status).toBe(200);
    const ballast = join(folder.path, "ballast");
    const { bavail, bsize } = statfsSync(folder.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    for (let times = 0; times < 5; times++) expect((await batch(4_000, 4_000)).status).toBe(503);
    rmSync(ballast);
    await until("there is room again", async () => ((await batch(4_000, 4_000)).status === 200 ? true : undefined));
    expect((await deviceOf(hub, "pi"))?.quarantined?.readings).toBe(8_000);
  });
}

test("killed at any moment, the hub shows no quarantined reading, and has all acknowledged ones", {
  timeout: 60_000,
}, async () => {
  await using hub = await startTestHub("--joining", "ask");
  const acknowledged = new Map<string, number>();
  const send = async (client: MqttClient, id: string) => {
    for (let n = 0; ; n++) {
      await client.publishAsync(`sensor/${id}/data`, `{"n":${n},"ts":${NOON + n}}`, { qos: 1 });
      acknowledged.set(id, n + 1);
    }
  };
  for (let round = 0; round < 4; round++) {
    const ids = Array.from({ length: 5 }, (_, index) => `pi-${round}-${index}`);
    const clients = await Promise.all(ids.map(() => connectAsync(hub.file.mqtt, { reconnectPeriod: 0 }, false)));
    const sending = clients.map((client, index) => send(client, ids[index] ?? "").catch(() => undefined));
    // The first acknowledgement, then some.
    await until("an acknowledgement", async () => (acknowledged.size > round * 5 ? true : undefined));
    for (let turn = 0; turn < round * 20; turn++) await new Promise(setImmediate);
    await hub.end("SIGKILL");
    for (const client of clients) client.end(true);
    await Promise.all(sending);
    await hub.start();
    expect(await values(hub)).toEqual([]);
    const known = await devices(hub);
    expect(known.filter(({ joining }) => joining !== "waiting")).toEqual([]);
    for (const [id, count] of acknowledged) {
      const kept = known.find((device) => device.id === id)?.quarantined?.readings ?? 0;
      expect(kept, id).toBeGreaterThanOrEqual(count);
    }
  }
  for (const [id, count] of acknowledged) {
    await decide(hub, id, "approve");
    expect((await values(hub, `&device=${id}`)).slice(0, count)).toEqual(Array.from({ length: count }, (_, n) => n));
  }
});
