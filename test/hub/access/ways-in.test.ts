// Rights over MQTT and WebSockets, with real clients: by key, role and room; revocation ends open connections.
import { once } from "node:events";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ReadingsPage, RefusedList } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { AuditPage, NewApiKey, NewDeviceKey } from "../../../src/shared/security/access.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const post = async <T>(hub: HubInside, path: string, body?: unknown, method = "POST"): Promise<T> => {
  const answer = await hub.fetch(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return answer.status === 204 ? (null as T) : answer.json();
};
const keyOf = async (hub: HubInside, device: string) =>
  (await post<NewDeviceKey>(hub, `/api/v1/devices/${device}/key`)).key;
const apiKey = (hub: HubInside, role: string, rooms?: string[]) =>
  post<NewApiKey>(hub, "/api/v1/api-keys", { name: role, role, ...(rooms && { rooms }) });

class Client implements AsyncDisposable {
  readonly mqtt: MqttClient;
  readonly received: string[] = [];
  constructor(mqtt: MqttClient) {
    this.mqtt = mqtt;
    mqtt.on("message", (topic) => this.received.push(topic));
    mqtt.on("error", () => undefined);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.mqtt.endAsync(true);
  }
}

async function connect(hub: HubInside, options: IClientOptions = {}): Promise<Client> {
  const url = `mqtt://127.0.0.1:${hub.mqttPort}`;
  return new Client(await connectAsync(url, { reconnectPeriod: 0, ...options }, false));
}

/** The code of CONNACK where a client is turned away. */
const connackOf = (hub: HubInside, options: IClientOptions): Promise<unknown> =>
  connect(hub, options).then(
    async (client) => {
      await client[Symbol.asyncDispose]();
      return 0;
    },
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
const isGranted = async ({ mqtt }: Client, filter: string): Promise<boolean> =>
  mqtt.subscribeAsync(filter).then(
    ([grant]) => (grant?.qos ?? 128) < 128,
    () => false,
  );
const stored = async (hub: HubInside) =>
  ((await (await hub.fetch("/api/v1/readings")).json()) as ReadingsPage).readings.map(
    ({ device, metric }) => `${device} ${metric}`,
  );
const refused = async (hub: HubInside) =>
  ((await (await hub.fetch("/api/v1/refused")).json()) as RefusedList).refused.map(({ code, device }) =>
    `${code} ${device ?? ""}`.trim(),
  );

describe("over MQTT", () => {
  test("a device with a key may use all of its topics and no others", async () => {
    await using hub = await startHubInside();
    const password = await keyOf(hub, "pi1");
    expect(await connackOf(hub, { username: "pi1", password: `${password}x` })).toBe(5);
    expect(await connackOf(hub, { username: "pi2", password })).toBe(5);
    expect(await connackOf(hub, { username: "pi1", password: "short" })).toBe(5);
    await using client = await connect(hub, { username: "pi1", password, clientId: "pi1" });
    for (const [topic, payload] of [
      ["sensor/data", '{"device_id":"pi1","a":1}'],
      ["sensor/data", '{"g":1}'],
      ["sensor/pi1/data", '{"b":1}'],
      ["bramble/pi1/readings", '{"c":1}'],
      ["bramble/pi1/metric/d", "1"],
      ["sensor/pi2/data", '{"e":1}'],
      ["sensor/data", '[{"device_id":"pi1","f":1},{"device_id":"pi2","f":1}]'],
      ["bramble/pi2/status", "online"],
      ["home/lamp", "on"],
    ] as const)
      await client.mqtt.publishAsync(topic, payload, { qos: 1 });
    expect((await stored(hub)).toSorted()).toEqual(["pi1 a", "pi1 b", "pi1 c", "pi1 d", "pi1 g"]);
    expect(await refused(hub)).toEqual(["forbidden", "forbidden pi2", "forbidden pi2", "forbidden pi2"]);
    expect(await isGranted(client, "bramble/pi1/command")).toBe(true);
    for (const filter of ["bramble/pi2/command", "bramble/+/command", "#", "sensor/#", "$SYS/#"])
      expect(await isGranted(client, filter), filter).toBe(false);
  });

  test.each([0, 1, 2] as const)(
    "without it nothing is taken for that device with QoS %d, nor forwarded",
    async (qos) => {
      await using hub = await startHubInside();
      await keyOf(hub, "pi1");
      const { key } = await apiKey(hub, "viewer");
      await using reader = await connect(hub, { username: "reader", password: key });
      expect(await isGranted(reader, "#")).toBe(true);
      await using stranger = await connect(hub);
      const will = { topic: "bramble/pi1/status", payload: Buffer.from("offline"), qos, retain: true };
      await using dying = await connect(hub, { will });
      for (const [topic, payload] of [
        ["sensor/data", '{"device_id":"pi1","a":1}'],
        ["sensor/pi1/data", '{"a":1}'],
        ["bramble/pi1/metric/a", "1"],
        ["sensor/pi2/data", '{"a":1}'],
      ] as const)
        await stranger.mqtt.publishAsync(topic, payload, { qos, retain: true });
      dying.mqtt.stream.destroy();
      await until("the other device's reading", async () => ((await stored(hub)).length > 0 ? true : undefined));
      await until("the refusals", async () => ((await refused(hub)).length === 4 ? true : undefined));
      expect(await stored(hub)).toEqual(["pi2 a"]);
      expect(new Set(await refused(hub))).toEqual(new Set(["key-required pi1"]));
      await until("what is forwarded", async () => (reader.received.length > 0 ? true : undefined));
      expect(new Set(reader.received)).toEqual(new Set(["sensor/pi2/data"]));
      for (const filter of ["bramble/pi1/command", "#", "bramble/+/command", "sensor/pi1/data"])
        expect(await isGranted(stranger, filter), filter).toBe(false);
      expect(await isGranted(stranger, "bramble/pi2/command")).toBe(true);
    },
  );

  test("a client id of an authenticated client, or of a device with a key, cannot be taken over", async () => {
    await using hub = await startHubInside();
    const password = await keyOf(hub, "pi1");
    expect(await connackOf(hub, { clientId: "pi1" })).toBe(5);
    await using own = await connect(hub, { clientId: "agent-7", username: "pi1", password });
    expect(await connackOf(hub, { clientId: "agent-7" })).toBe(5);
    const other = { clientId: "agent-7", username: "pi2", password: await keyOf(hub, "pi2") };
    expect(await connackOf(hub, other)).toBe(5);
    expect(own.mqtt.connected).toBe(true);
    await using again = await connect(hub, { clientId: "agent-7", username: "pi1", password });
    await until("the older one is gone", async () => (own.mqtt.connected ? undefined : true));
    expect(again.mqtt.connected).toBe(true);
  });

  test("a program's key opens what its role allows, whatever the user name", async () => {
    await using hub = await startHubInside();
    const keys = {
      viewer: await apiKey(hub, "viewer"),
      operator: await apiKey(hub, "operator"),
      admin: await apiKey(hub, "admin"),
    };
    const outcomes: Record<string, unknown> = {};
    for (const [role, { key }] of Object.entries(keys)) {
      await using client = await connect(hub, { username: role, password: key });
      const [all, system] = [await isGranted(client, "#"), await isGranted(client, "$SYS/#")];
      await client.mqtt.publishAsync("home/lamp", role, { qos: 1 });
      await client.mqtt.publishAsync("sensor/data", `{"device_id":"by-${role}","t":1}`, { qos: 1 });
      await client.mqtt.publishAsync("$SYS/x", "1", { qos: 1 });
      outcomes[role] = { all, system, received: client.received.filter((topic) => !topic.startsWith("$")) };
    }
    const all = ["home/lamp", "sensor/data"];
    expect(outcomes).toEqual({
      viewer: { all: true, system: false, received: [] },
      operator: { all: true, system: false, received: all },
      admin: { all: true, system: true, received: all },
    });
    expect((await stored(hub)).toSorted()).toEqual(["by-admin t", "by-operator t"]);
  });

  test("a program of one room receives only messages of devices in it, as they move", async () => {
    await using hub = await startHubInside();
    for (const device of ["pi1", "pi2"]) await post(hub, "/data", { device_id: device, t: 1 });
    await post(hub, "/api/v1/devices/pi1", { room: "attic" }, "PATCH");
    const { key } = await apiKey(hub, "viewer", ["attic"]);
    await using reader = await connect(hub, { username: "x", password: key });
    expect(await isGranted(reader, "#")).toBe(true);
    const { key: operator } = await apiKey(hub, "operator");
    await using sender = await connect(hub, { username: "x", password: operator });
    for (const topic of ["sensor/pi1/data", "sensor/pi2/data", "home/lamp"])
      await sender.mqtt.publishAsync(topic, '{"t":2}', { qos: 1 });
    await post(hub, "/api/v1/devices/pi2", { room: "attic" }, "PATCH");
    await post(hub, "/api/v1/devices/pi1", { room: "cellar" }, "PATCH");
    for (const topic of ["sensor/pi1/data", "sensor/pi2/data"])
      await sender.mqtt.publishAsync(topic, '{"t":3}', { qos: 1 });
    await until("both", async () => (reader.received.length === 2 ? true : undefined));
    expect(reader.received).toEqual(["sensor/pi1/data", "sensor/pi2/data"]);
  });

  test("an open broker is open but for the topics of devices with a key, and $SYS", async () => {
    await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
    await keyOf(hub, "pi1");
    await using client = await connect(hub);
    for (const [filter, expected] of [
      ["#", true],
      ["home/#", true],
      ["sensor/pi2/data", true],
      ["sensor/pi1/data", false],
      ["bramble/pi1/command", false],
      ["$SYS/#", false],
    ] as const)
      expect(await isGranted(client, filter), filter).toBe(expected);
    await client.mqtt.publishAsync("home/lamp", "on", { qos: 1 });
    await client.mqtt.publishAsync("bramble/pi1/state", '{"led":true}', { qos: 1 });
    await client.mqtt.publishAsync("bramble/pi1/command", "{}", { qos: 1 });
    await client.mqtt.publishAsync("home/end", "on", { qos: 1 });
    await until("the last", async () => (client.received.includes("home/end") ? true : undefined));
    expect(client.received).toEqual(["home/lamp", "home/end"]);
  });

  test("compulsory keys refuse clients without one, and disconnect those connected", async () => {
    await using hub = await startHubInside({ joining: "ask" });
    await using stranger = await connect(hub);
    const password = await keyOf(hub, "pi1");
    await using own = await connect(hub, { username: "pi1", password });
    await post(hub, "/api/v1/access", { anonymous: "none" }, "PATCH");
    await until("it is gone", async () => (stranger.mqtt.connected ? undefined : true));
    expect(own.mqtt.connected).toBe(true);
    expect(await connackOf(hub, {})).toBe(5);
    expect(await connackOf(hub, { clientId: "pi7" })).toBe(5);
    // One that brings its own key may ask to join.
    await using newcomer = await connect(hub, { username: "pi7", password: "a-key-that-it-made-itself" });
    await newcomer.mqtt.publishAsync("bramble/pi7/readings", '{"t":1}', { qos: 1 });
    const device: Device = await (await hub.fetch("/api/v1/devices/pi7")).json();
    expect(device).toMatchObject({ joining: "waiting", offeredKey: { code: expect.any(String) } });
    await post(hub, "/api/v1/devices/pi7/approve", { keyCode: device.offeredKey?.code });
    await newcomer.mqtt.publishAsync("bramble/pi7/readings", '{"t":2}', { qos: 1 }).catch(() => undefined);
    await using again = await connect(hub, { username: "pi7", password: "a-key-that-it-made-itself" });
    await again.mqtt.publishAsync("bramble/pi7/readings", '{"u":3}', { qos: 1 });
    expect(await stored(hub)).toContain("pi7 u");
    expect(await connackOf(hub, { username: "pi7", password: "a-key-of-somebody-else" })).toBe(5);
  });

  test("what is revoked ends at once on connections that are open", async () => {
    await using hub = await startHubInside();
    const password = await keyOf(hub, "pi1");
    const program = await apiKey(hub, "viewer");
    await using device = await connect(hub, { username: "pi1", password });
    await using listener = await connect(hub);
    expect(await isGranted(listener, "bramble/pi2/command")).toBe(true);
    await using reader = await connect(hub, { username: "x", password: program.key });
    await hub.fetch(`/api/v1/api-keys/${program.id}`, { method: "DELETE" });
    await until("the program is gone", async () => (reader.mqtt.connected ? undefined : true));
    expect([device.mqtt.connected, listener.mqtt.connected]).toEqual([true, true]);
    await hub.fetch("/api/v1/devices/pi1/key", { method: "DELETE" });
    await until("the device is gone", async () => (device.mqtt.connected ? undefined : true));
    await keyOf(hub, "pi2");
    await until("who listens for it is gone", async () => (listener.mqtt.connected ? undefined : true));
    expect(await connackOf(hub, { username: "pi1", password })).toBe(5);
  });

  test("every refusal is in the audit log, and no secret", async () => {
    await using hub = await startHubInside();
    const password = await keyOf(hub, "pi1");
    await connackOf(hub, { clientId: "thief", username: "pi1", password: "guess-guess-guess-guess" });
    await using stranger = await connect(hub, { clientId: "x" });
    await stranger.mqtt.publishAsync("sensor/pi1/data", '{"t":1}', { qos: 1 });
    const text = await until("the entries", async () => {
      const { entries }: AuditPage = await (await hub.fetch("/api/v1/audit?outcome=refused")).json();
      return entries.length === 2 ? JSON.stringify(entries) : undefined;
    });
    expect(JSON.parse(text)).toMatchObject([
      {
        actor: "anonymous",
        action: "device.report",
        subject: "pi1",
        address: "127.0.0.1",
        details: { code: "key-required" },
      },
      {
        actor: "anonymous",
        action: "mqtt.connect",
        subject: "thief",
        address: "127.0.0.1",
        details: { code: "wrong-key" },
      },
    ]);
    const all = await (await hub.fetch("/api/v1/audit")).text();
    for (const secret of [password, "guess-guess", hub.token]) expect(all).not.toContain(secret);
  });
});

describe("over WebSockets", () => {
  const open = async (hub: HubInside, path: string, headers: Readonly<Record<string, string>> = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}${path}`, { headers });
    const received: { readonly type: string }[] = [];
    socket.on("message", (data) => received.push(JSON.parse(String(data))));
    socket.on("error", () => undefined);
    const status = await new Promise<number>((resolve) => {
      socket.once("open", () => resolve(101));
      socket.once("unexpected-response", (request, answer) => {
        request.destroy();
        resolve(answer.statusCode ?? 0);
      });
    });
    return { socket, received, status };
  };
  const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
  const send = (socket: WebSocket, reading: object) => socket.send(JSON.stringify({ type: "reading", ...reading }));

  test("a device with a key sends and gets commands only with it", async () => {
    await using hub = await startHubInside();
    const key = await keyOf(hub, "pi1");
    const own = await open(hub, "/ws?device=pi1", bearer(key));
    const stranger = await open(hub, "/ws?device=pi1");
    send(own.socket, { t: 1, seq: 1 });
    send(own.socket, { device_id: "pi2", t: 1, seq: 2 });
    send(stranger.socket, { device_id: "pi1", t: 1, seq: 1 });
    await until("answers", async () => (own.received.length + stranger.received.length === 3 ? true : undefined));
    expect(own.received).toMatchObject([
      { type: "ack", seq: 1 },
      { type: "error", seq: 2, error: "forbidden" },
    ]);
    expect(stranger.received).toMatchObject([{ type: "error", seq: 1, error: "key-required" }]);
    expect(await stored(hub)).toEqual(["pi1 t"]);
    expect((await open(hub, "/ws", bearer(`brk_${"x".repeat(43)}`))).status).toBe(101);
    expect((await open(hub, "/ws", bearer((await apiKey(hub, "viewer")).key))).status).toBe(403);
    const closed = once(own.socket, "close");
    await hub.fetch("/api/v1/devices/pi1/key", { method: "DELETE" });
    expect((await closed)[0]).toBe(1008);
    expect((await open(hub, "/ws", bearer(key))).status).toBe(401);
    stranger.socket.terminate();
  });

  test("the live feed shows what its listener may see, and ends with their session", async () => {
    await using hub = await startHubInside();
    for (const device of ["pi1", "pi2"]) await post(hub, "/data", { device_id: device, t: 1 });
    await post(hub, "/api/v1/devices/pi1", { room: "attic" }, "PATCH");
    const password = "correct horse battery";
    await post(hub, "/api/v1/people", { name: "Ann", role: "viewer", rooms: ["attic"], password });
    const { token } = await post<{ token: string }>(hub, "/api/v1/session", { username: "Ann", password });
    expect((await open(hub, "/api/v1/live")).status).toBe(401);
    const { ticket } = await (
      await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/live/ticket`, { method: "POST", headers: bearer(token) })
    ).json();
    const live = await open(hub, `/api/v1/live?ticket=${ticket}`);
    for (const device of ["pi1", "pi2"]) await post(hub, "/data", { device_id: device, t: 2 });
    await hub.fetch("/data", { method: "POST", body: "broken" });
    hub.clock.advance(1_000);
    await until("the reading", async () => (live.received.some(({ type }) => type === "readings") ? true : undefined));
    expect(JSON.stringify(live.received)).not.toContain("pi2");
    expect(new Set(live.received.map(({ type }) => type))).toEqual(new Set(["readings"]));
    const closed = once(live.socket, "close");
    await hub.fetch("/api/v1/people/Ann", { method: "DELETE" });
    expect((await closed)[0]).toBe(1008);
    expect((await open(hub, `/api/v1/live?ticket=${ticket}`)).status).toBe(401);
  });
});

test("a message over HTTP is of the device whose key it comes with, and of no other", async () => {
  await using hub = await startHubInside();
  const key = await keyOf(hub, "pi1");
  const send = async (shown: Readonly<Record<string, string>>, message: object) => {
    const init = { method: "POST", headers: { ...shown, "Content-Type": "application/json" } };
    return (await fetch(`http://127.0.0.1:${hub.httpPort}/data`, { ...init, body: JSON.stringify(message) })).status;
  };
  expect(await send({ "X-API-Key": key }, { a: 1 })).toBe(200);
  expect(await send({ Authorization: `Bearer ${key}` }, [{ b: 1 }, { device_id: "pi1", c: 1 }])).toBe(200);
  expect(await send({ "X-API-Key": key }, { device_id: "pi2", d: 1 })).toBe(403);
  expect((await stored(hub)).toSorted()).toEqual(["pi1 a", "pi1 b", "pi1 c"]);
});

test("guessing is slowed for the guesser, and for nobody who has a key or a session", async () => {
  await using hub = await startHubInside();
  const ask = (headers: Readonly<Record<string, string>>, path = "/api/v1/hub") =>
    fetch(`http://127.0.0.1:${hub.httpPort}${path}`, { headers });
  const { key } = await apiKey(hub, "viewer");
  const password = "correct horse battery";
  await post(hub, "/api/v1/people", { name: "Ann", role: "viewer", password });
  const signIn = (tried: string) =>
    fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: "Ann", password: tried }),
    });
  const { token } = await (await signIn(password)).json();
  // Nothing shown is no guess.
  for (let count = 0; count < 20; count++) expect((await ask({})).status).toBe(401);
  const statuses: number[] = [];
  for (let count = 0; count < 12; count++)
    statuses.push((await ask({ "X-API-Key": `brk_guess_${count}_guess` })).status);
  expect(statuses).toEqual([...Array.from({ length: 9 }, () => 401), 429, 429, 429]);
  const locked = await signIn(password);
  expect([locked.status, locked.headers.get("retry-after")]).toEqual([429, "5"]);
  expect(await locked.json()).toMatchObject({ error: "locked-out", message: expect.stringContaining("5 s") });
  expect((await ask({ "X-API-Key": key })).status).toBe(200);
  expect((await ask({ Authorization: `Bearer ${token}` })).status).toBe(200);
  expect((await post<{ accepted: number }>(hub, "/data", { device_id: "pi1", t: 1 })).accepted).toBe(1);
  hub.clock.advance(5_000);
  expect((await signIn(password)).status).toBe(200);
});

test("only an address with too many requests is told to wait", async () => {
  await using hub = await startHubInside();
  const ask = () => fetch(`http://127.0.0.1:${hub.httpPort}/healthz`);
  const statuses = new Map<number, number>();
  for (let count = 0; count < 5_100; count++) {
    const answer = await ask();
    await answer.body?.cancel();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  }
  // The hub has asked itself some, to warm up.
  const [taken = 0, told = 0] = [statuses.get(200), statuses.get(429)];
  expect(taken).toBeGreaterThan(4_900);
  expect([taken <= 5_000, taken + told]).toEqual([true, 5_100]);
  const answer = await ask();
  expect(answer.headers.get("retry-after")).toBe("1");
  hub.clock.advance(1_000);
  expect((await ask()).status).toBe(200);
});
