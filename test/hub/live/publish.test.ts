// Manual messages at a running hub: publishing, their log entries, and retrying a refused message.
import { once } from "node:events";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Refused } from "../../../src/shared/api.ts";
import type { LogEvent, LogRow } from "../../../src/shared/mqtt/message-log.ts";
import type { AuditEntry } from "../../../src/shared/security/access.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const asJson = (body: object) => ({ method: "POST", body: JSON.stringify(body) });

async function publish(hub: HubInside, body: object): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await hub.fetch("/api/v1/messages", asJson(body));
  return { status: response.status, answer: await response.json() };
}

/** The log as a page gets it; `token` is whose. The hub's clock is turned until the row is there. */
async function openLog(hub: HubInside, token: string, language = "en") {
  const headers = { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/api/v1/live`, { headers });
  const rows: LogRow[] = [];
  let talkers = 0;
  socket.on("message", (data) => {
    const event: LogEvent = JSON.parse(String(data));
    if (event.type === "log") rows.push(...event.rows);
    if (event.type === "log-talkers") talkers++;
  });
  await once(socket, "open");
  socket.send("no request at all");
  socket.send(JSON.stringify({ type: "log", filter: {}, language }));
  return {
    rows,
    socket,
    begun: () => turn(hub, "the log", () => talkers > 0 || undefined),
    row: (source: string) => turn(hub, source, () => rows.find((row) => row.source === source)),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

function turn<Value>(hub: HubInside, what: string, look: () => Value | undefined): Promise<Value> {
  return until(what, async () => {
    hub.clock.advance(100);
    return look();
  });
}

test("a message that is published by hand is stored, forwarded and logged as one of a client", async () => {
  await using hub = await startHubInside();
  using log = await openLog(hub, hub.token);
  await log.begun();
  const url = `mqtt://127.0.0.1:${hub.mqttPort}`;
  const client = await connectAsync(url, {
    clientId: "lamp",
    username: "any",
    password: hub.token,
    reconnectPeriod: 0,
  });
  const received: string[] = [];
  client.on("message", (topic, payload) => received.push(`${topic} ${payload}`));
  await client.subscribeAsync("#", { qos: 1 });

  const topic = "sensor/pi/data";
  expect(await publish(hub, { topic, payload: '{"t":21.5}', qos: 1 })).toEqual({
    status: 200,
    answer: { verdict: "stored", accepted: 1, hasSubscribers: true },
  });
  expect((await publish(hub, { topic: "home/lamp", payload: "ON", retain: true })).answer).toEqual({
    verdict: "forwarded",
    accepted: 0,
    hasSubscribers: true,
  });
  await until("both messages", async () => received.length === 2 || undefined);
  expect(received).toEqual(['sensor/pi/data {"t":21.5}', "home/lamp ON"]);
  expect(await log.row(topic)).toMatchObject({ verdict: "stored", device: "pi", sender: "this computer", qos: 1 });
  expect(await log.row("home/lamp")).toMatchObject({ verdict: "forwarded", payload: "ON", qos: 0, isRetained: true });

  await client.publishAsync("home/other", "from a client", { qos: 1 });
  const other = await log.row("home/other");
  expect(other).toMatchObject({ client: "lamp", verdict: "forwarded", transport: "mqtt", qos: 1 });
  expect(other).not.toHaveProperty("isRetained");
  await client.publishAsync("sensor/fast/data", '{"t":1}', { qos: 1 });
  expect(await log.row("sensor/fast/data")).toMatchObject({ verdict: "stored", qos: 1 });
  await hub.post({ device_id: "web", t: 1 });
  expect(await log.row("POST /data")).toMatchObject({ transport: "http", device: "web", readings: 1 });
  await client.endAsync();
  expect((await publish(hub, { topic: "home/lamp", payload: "" })).answer).toMatchObject({ hasSubscribers: false });

  const { entries }: { entries: AuditEntry[] } = await (await hub.fetch("/api/v1/audit?action=message.")).json();
  expect(entries.map(({ action, subject }) => `${action} ${subject}`)).toContain("message.publish sensor/pi/data");
  expect(JSON.stringify(entries)).not.toContain("21.5");
});

test("refuses a wildcard, an invalid payload and a $SYS topic with a message", async () => {
  await using hub = await startHubInside();
  expect((await publish(hub, { topic: "home/#", payload: "" })).answer["error"]).toBe("bad-request");
  expect(await publish(hub, { topic: "sensor/pi/data", payload: "{" })).toMatchObject({
    status: 400,
    answer: { error: "not-json" },
  });
  expect(await publish(hub, { topic: "$SYS/x", payload: "" })).toMatchObject({ status: 403 });
  expect((await publish(hub, { topic: "a", payload: "", qos: 3 })).status).toBe(400);
});

test("the log requires rights and is scoped; a viewer cannot publish", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  await hub.post({ device_id: "secret", t: 1 });
  await hub.fetch("/api/v1/devices/pi", { method: "PATCH", body: JSON.stringify({ room: "Hall" }) });
  const keyOf = async (body: object): Promise<string> => {
    const made: { key: string } = await (await hub.fetch("/api/v1/api-keys", asJson(body))).json();
    return made.key;
  };
  const viewer = await keyOf({ name: "hall", role: "viewer", rooms: ["Hall"] });
  const operator = await keyOf({ name: "hall operator", role: "operator", rooms: ["Hall"] });
  using log = await openLog(hub, viewer, "ko");
  await log.begun();
  await hub.post({ device_id: "secret", t: 2 });
  await hub.fetch("/data", { method: "POST", body: "{" });
  await hub.post({ device_id: "pi", t: 2 });
  expect(await log.row("POST /data")).toMatchObject({ device: "pi", payload: '{"device_id":"pi","t":2}' });
  expect(log.rows).toHaveLength(1);
  const as = async (key: string, topic: string) => {
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const url = `http://127.0.0.1:${hub.httpPort}/api/v1/messages`;
    return (await fetch(url, { ...asJson({ topic, payload: "1" }), headers })).status;
  };
  expect(await as(viewer, "bramble/pi/metric/t")).toBe(403);
  expect(await as(operator, "bramble/pi/metric/t")).toBe(200);
  expect(await as(operator, "bramble/secret/metric/t")).toBe(403);
  expect(await as(operator, "home/lamp")).toBe(403);
});

test("a refused message is retried once, unmodified, with its original time", async () => {
  await using hub = await startHubInside();
  const refused = async () => {
    const list: { refused: Refused[] } = await (await hub.fetch("/api/v1/refused")).json();
    return list.refused;
  };
  const retry = async (id: number | undefined) => {
    const response = await hub.fetch(`/api/v1/refused/${id}/retry`, { method: "POST" });
    const answer: Record<string, unknown> = await response.json();
    return { status: response.status, answer };
  };
  await hub.post({ device_id: "pi", t: 1 });
  await hub.fetch("/api/v1/devices/pi/block", { method: "POST", body: "{}" });
  const cameMs = hub.clock.now();
  await hub.post({ device_id: "pi", t: 2, password: "hunter2" });
  const [first] = await until("the refusal", async () => ((await refused()).length > 0 ? refused() : undefined));
  expect(first).toMatchObject({ code: "device-blocked", isWhole: true });
  expect(first?.excerpt).not.toContain("hunter2");
  // Still blocked: it stays, and is not listed twice.
  expect(await retry(first?.id)).toMatchObject({ status: 403, answer: { error: "device-blocked" } });
  expect(await refused()).toHaveLength(1);

  await hub.fetch("/api/v1/devices/pi/approve", { method: "POST", body: "{}" });
  hub.clock.advance(3_600_000);
  expect(await retry(first?.id)).toEqual({ status: 200, answer: { verdict: "stored", accepted: 1 } });
  expect(await refused()).toHaveLength(0);
  const rows: { readings: { ts: number; value: number }[] } = await (
    await hub.fetch("/api/v1/readings?device=pi&metric=t&limit=5")
  ).json();
  expect(rows.readings[0]).toMatchObject({ ts: cameMs, value: 2 });
  expect(await retry(first?.id)).toMatchObject({ status: 404 });
  await hub.restart();
  expect(await refused()).toHaveLength(0);

  await hub.fetch("/data", { method: "POST", body: "x".repeat(20_000) });
  const [long] = await refused();
  expect(long).toMatchObject({ isWhole: false });
  expect(await retry(long?.id)).toMatchObject({ status: 409, answer: { error: "not-kept-whole" } });
});
