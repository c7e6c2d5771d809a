// Less obvious attacks of unauthorised clients: each is refused with the right status, is in the audit log, and does not affect
// honest clients.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type AuditEvent, AuditTrail } from "../../../src/hub/access/audit-trail.ts";
import type { Installer } from "../../../src/shared/api.ts";
import type { AuditPage, NewApiKey, NewDeviceKey, NewShare } from "../../../src/shared/security/access.ts";
import { AGENT_FOLDER } from "../../support/agent.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { connectPeer, openPeer } from "../../support/mqtt/mqtt-peer.ts";
import { until } from "../../support/until.ts";

/** 26 s, which is not long enough for anybody to be missed who answers no ping. */
const SHORT_LIFE_DAYS = 0.0003;
const SECOND_MS = 1_000;

async function change<T>(hub: HubInside, path: string, body: unknown, method = "POST"): Promise<T> {
  const answer = await hub.fetch(path, { method, body: JSON.stringify(body) });
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return answer.json();
}

const keyOf = async (hub: HubInside, device: string) =>
  (await change<NewDeviceKey>(hub, `/api/v1/devices/${device}/key`, {})).key;
const apiKey = async (hub: HubInside, role: string, more: object = {}) =>
  (await change<NewApiKey>(hub, "/api/v1/api-keys", { name: role, role, ...more })).key;
const peerWith = (hub: HubInside, clientId: string, key: string, username = "program") =>
  connectPeer(hub.mqttPort, { clientId, username, password: Buffer.from(key) });
/** Who tried what, and on which, the newest first: once there are so many, which are written down behind the answers. */
const refusals = (hub: HubInside, count: number) =>
  until(`${count} refusals`, async () => {
    const { entries }: AuditPage = await (await hub.fetch("/api/v1/audit?outcome=refused")).json();
    return entries.length < count ? undefined : entries.map(({ actor, action, subject }) => [actor, action, subject]);
  });

/** Requests a WebSocket; returns the response if it is not 101. */
async function refusedUpgrade(hub: HubInside, path: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}${path}`, { headers });
  socket.on("error", () => undefined);
  const [, answer] = await once(socket, "unexpected-response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

async function openSocket(hub: HubInside, path: string, key: string): Promise<WebSocket> {
  const headers = { Authorization: `Bearer ${key}` };
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}${path}`, { headers });
  await once(socket, "open");
  return socket;
}

test("a retained message of a device with a key is cleared only with that key, and not replaced by invalid ones", async () => {
  await using hub = await startHubInside();
  const key = await keyOf(hub, "pi1");
  const topic = "bramble/pi1/about";
  const about = '{"name":"Greenhouse"}';
  await using own = await peerWith(hub, "own", key, "pi1");
  expect((await own.publish(topic, about, { retain: true })).reasonCode).toBe(0);
  await using reader = await peerWith(hub, "reader", await apiKey(hub, "viewer"));
  await reader.subscribe([{ topic: "#", qos: 1 }]);
  expect((await reader.next("publish")).payload.toString()).toBe(about);
  await using stranger = await connectPeer(hub.mqttPort, { clientId: "stranger" });
  await using other = await peerWith(hub, "other", await keyOf(hub, "pi2"), "pi2");
  for (const peer of [stranger, other]) {
    const { reasonCode, properties } = await peer.publish(topic, "", { retain: true });
    expect([reasonCode, properties?.reasonString]).toEqual([0x87, expect.stringMatching(/pi1/)]);
    for (const at of [topic, "bramble/pi1/status", "bramble/pi1/metric/t", "sensor/pi1/data", "bramble/pi1/reply"])
      expect((await peer.publish(at, "what is this", { retain: true })).reasonCode).toBeGreaterThan(0x7f);
  }
  // Nothing of it reached the others: the next that the reader hears of is the owner's own.
  expect((await own.publish(topic, "", { retain: true })).reasonCode).toBe(0);
  expect(reader.received.filter(({ cmd }) => cmd === "publish")).toHaveLength(1);
  expect(await refusals(hub, 2)).toEqual([
    ["device:pi2", "mqtt.publish", topic],
    ["anonymous", "mqtt.publish", topic],
  ]);
});

test("a forbidden topic or filter is in the audit log, $SYS too", async () => {
  await using hub = await startHubInside();
  await using stranger = await connectPeer(hub.mqttPort, { clientId: "stranger" });
  await using viewer = await peerWith(hub, "viewer", await apiKey(hub, "viewer"));
  expect((await stranger.publish("$SYS/broker/version", "x")).reasonCode).toBe(0x87);
  expect((await viewer.publish("home/lamp", "on")).reasonCode).toBe(0x87);
  expect(await stranger.subscribe([{ topic: "#", qos: 1 }])).toEqual([0x87]);
  expect(await viewer.subscribe([{ topic: "$share/g/$SYS/#", qos: 1 }])).toEqual([0x87]);
  expect(await refusals(hub, 4)).toEqual([
    ["api-key:viewer", "mqtt.subscribe", "$share/g/$SYS/#"],
    ["anonymous", "mqtt.subscribe", "#"],
    ["api-key:viewer", "mqtt.publish", "home/lamp"],
    ["anonymous", "mqtt.publish", "$SYS/broker/version"],
  ]);
});

test("an unauthorised or anonymous client cannot take messages of a shared subscription", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  const filter = { topic: "$share/workers/#", qos: 1 } as const;
  await using worker = await peerWith(hub, "worker", await apiKey(hub, "viewer"));
  await using elsewhere = await peerWith(hub, "elsewhere", await apiKey(hub, "viewer", { rooms: ["attic"] }));
  await using stranger = await connectPeer(hub.mqttPort, { clientId: "stranger" });
  for (const peer of [elsewhere, stranger, worker]) await peer.subscribe([filter]);
  await using sender = await peerWith(hub, "sender", await apiKey(hub, "operator"));
  for (let count = 0; count < 6; count++) await sender.publish("home/lamp", String(count));
  const heard = () => worker.received.filter(({ cmd }) => cmd === "publish").length;
  await until("all of them", async () => (heard() === 6 ? true : undefined));
  expect(elsewhere.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
});

test("expired keys, links and sessions end their open connections", async () => {
  await using hub = await startHubInside();
  await change(hub, "/data", { device_id: "pi1", t: 1 });
  const key = await apiKey(hub, "viewer", { expiresInDays: SHORT_LIFE_DAYS });
  const lasting = await apiKey(hub, "viewer");
  const { secret } = await change<NewShare>(hub, "/api/v1/shares", { device: "pi1", expiresInDays: SHORT_LIFE_DAYS });
  const shared = await change<{ token: string }>(hub, "/api/v1/session", { share: secret });
  await using program = await peerWith(hub, "program", key);
  await using kept = await peerWith(hub, "kept", lasting);
  const sockets = await Promise.all([key, shared.token].map((shown) => openSocket(hub, "/api/v1/live", shown)));
  const closed = sockets.map((socket) => once(socket, "close"));
  hub.clock.advance(31 * SECOND_MS);
  for (const end of closed) expect((await end)[0]).toBe(1008);
  await program.closed();
  expect(kept.isClosed).toBe(false);
});

describe("a WebSocket that is refused", () => {
  test("gets the standard error with the usual headers, and guesses are delayed", async () => {
    await using hub = await startHubInside();
    const missing = await refusedUpgrade(hub, "/api/v1/live");
    expect(missing).toMatchObject({ status: 401, body: { error: "not-signed-in", message: expect.any(String) } });
    expect(missing.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
    const device = { Authorization: `Bearer ${await keyOf(hub, "pi1")}` };
    expect(await refusedUpgrade(hub, "/api/v1/live", device)).toMatchObject({
      status: 403,
      body: { error: "forbidden" },
    });
    expect(await refusedUpgrade(hub, "/api/v1/live", { Origin: "http://evil.example" })).toMatchObject({
      status: 403,
      body: { error: "foreign-origin" },
    });
    const statuses: unknown[] = [];
    for (let count = 0; count < 11; count++) {
      const { status, headers } = await refusedUpgrade(hub, "/api/v1/live", {
        "X-API-Key": `brk_guess_${count}_guess`,
      });
      statuses.push(status === 429 ? headers["retry-after"] : status);
    }
    expect(statuses).toEqual([...Array.from({ length: 9 }, () => 401), "5", "5"]);
  });
});

test("a stolen session cannot be used to guess the password by changing it", async () => {
  await using hub = await startHubInside();
  const url = `http://127.0.0.1:${hub.httpPort}/api/v1`;
  const password = "correct horse battery";
  await change(hub, "/api/v1/people", { name: "Ann", role: "viewer", password });
  const { token } = await change<{ token: string }>(hub, "/api/v1/session", { username: "Ann", password });
  for (let count = 0; count < 10; count++)
    await fetch(`${url}/hub`, { headers: { "X-API-Key": `brk_guess_${count}_guess` } });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ current: password, password: "another horse battery" });
  const answer = await fetch(`${url}/me/password`, { method: "PUT", headers, body });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "5"]);
});

test("guessing keys over MQTT is delayed from the tenth on, without delaying other clients of the address", async () => {
  await using hub = await startHubInside();
  const key = await keyOf(hub, "pi1");
  const guess = (index: number) =>
    openPeer(hub.mqttPort, { username: "pi1", password: Buffer.from(`brk_guess_${index}_guess`) });
  for (let index = 0; index < 9; index++) {
    await using peer = guess(index);
    expect((await peer.next("connack")).reasonCode).toBe(0x86);
  }
  const order: string[] = [];
  await using guesser = guess(9);
  const told = guesser.next("connack").then(({ reasonCode }) => order.push(`told ${reasonCode}`));
  await using own = await peerWith(hub, "own", key, "pi1");
  order.push(`let in ${own.connack.reasonCode}`);
  await told;
  expect(order).toEqual(["let in 0", "told 134"]);
});

describe("a flood of refusals", () => {
  const details = (event: Partial<AuditEvent>): AuditEvent => ({
    actor: { kind: "anonymous" },
    action: "GET /api/v1/devices/:id",
    address: "192.168.1.66",
    ...event,
  });
  /** The number of entries that a flood of this rate and duration leaves. */
  async function entriesOf(seconds: number, perSecond: number, event: (index: number) => Partial<AuditEvent>) {
    const clock = new FakeClock(Date.UTC(2026, 0, 31));
    let entries = 0;
    const log = {
      append: async () => {
        entries++;
      },
      page: async () => ({ entries: [], next: null }),
      trim: async () => undefined,
    };
    const trail = new AuditTrail({ log, clock, onFailure: (error) => expect.unreachable(String(error)) });
    for (let second = 0, index = 0; second < seconds; second++) {
      for (let count = 0; count < perSecond; count++) trail.refused(details(event(index++)), "not-signed-in");
      clock.advance(SECOND_MS);
      // What is written has to be done before more is.
      if (second % 60 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return entries;
  }

  test("of one kind is an entry a minute, then an hour", async () => {
    expect(await entriesOf(120, 1, () => ({}))).toBe(2);
    expect(await entriesOf(86_400, 1, (index) => ({ subject: `x${index}` }))).toBeLessThan(40);
  });

  test("from a whole IPv6 network, or of ever new kinds, does not displace actions in the log", async () => {
    const address = (index: number) => `2001:db8:1:2::${index.toString(16)}`;
    expect(await entriesOf(60, 50, (index) => ({ address: address(index) }))).toBe(1);
    expect(await entriesOf(60, 100, (index) => ({ action: `kind ${index}` }))).toBe(1_000);
  });

  test("of ever new paths is one entry for their route", async () => {
    await using hub = await startHubInside();
    const headers = { "X-API-Key": "a-key-that-is-none-here" };
    for (let index = 0; index < 8; index++) {
      const asked = `http://127.0.0.1:${hub.httpPort}/api/v1/devices/x${index}?y=${index}`;
      expect((await fetch(asked, index < 4 ? {} : { headers })).status).toBe(401);
    }
    expect(await refusals(hub, 2)).toEqual([
      ["anonymous", "GET /api/v1/devices/:id", "x4"],
      ["anonymous", "GET /api/v1/devices/:id", "x0"],
    ]);
  });
});

describe("the installer in a container", () => {
  const get = (hub: HubInside, path: string, host: string) =>
    new Promise<string>((resolve, reject) => {
      const headers = { Host: host, Authorization: `Bearer ${hub.token}` };
      const sent = request({ host: "127.0.0.1", port: hub.httpPort, path, headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.once("end", () => resolve(text));
      });
      sent.once("error", reject);
      sent.end();
    });
  const ASKED = "192.168.77.10:9000";
  const hubIn = (script: string) => /^hub=(.*)$/m.exec(script)?.[1];

  test("uses the requested address within the allowed networks, or an allowed name", async () => {
    const flags = ["--allowed-host", "hub.lan"];
    await using hub = await startHubInside({ flags, agentFolder: AGENT_FOLDER, env: { BRAMBLE_CONTAINER: "1" } });
    const script = await get(hub, "/install.sh", ASKED);
    expect(hubIn(script)).toBe(`http://${ASKED}`);
    expect(script).toContain(`"http":"http://${ASKED}","mqtt_port":${hub.mqttPort}}`);
    const installer: Installer = JSON.parse(await get(hub, "/api/v1/installer?address=192.168.77.10", ASKED));
    const sha256 = createHash("sha256").update(script).digest("hex");
    expect(installer).toMatchObject({ url: `http://${ASKED}/install.sh`, sha256 });
    expect(JSON.parse(await get(hub, "/api/v1/hub", ASKED)).addresses[0]).toBe("192.168.77.10");
    expect(hubIn(await get(hub, "/install.sh", "hub.lan"))).toBe("http://hub.lan:80");
    expect(hubIn(await get(hub, "/install.sh", "[fd00::5]:8080"))).toBe("http://[fd00::5]:8080");
    const own = `http://127.0.0.1:${hub.httpPort}`;
    // A public address, a name that is the hub's anywhere, and its own.
    for (const host of ["203.0.113.7:8080", "bramble.local:9000", `127.0.0.1:${hub.httpPort}`, "localhost"])
      expect(hubIn(await get(hub, "/install.sh", host)), host).toBe(own);
    expect(await get(hub, "/install.sh", "evil.example")).toContain('"error":"foreign-host"');
    expect(await get(hub, "/api/v1/installer?address=192.168.77.11", ASKED)).toContain('"error":"bad-request"');
  });

  test("uses the hub's own addresses otherwise", async () => {
    await using hub = await startHubInside({ agentFolder: AGENT_FOLDER });
    expect(hubIn(await get(hub, "/install.sh", ASKED))).toBe(`http://127.0.0.1:${hub.httpPort}`);
  });
});
