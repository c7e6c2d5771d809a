// The hub as a client of a real Mosquitto: retained messages, reported problems, TLS. The contract of every broker is in
// test/contract/hub-broker.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { beforeAll, expect, test } from "vitest";
import type { Health } from "../../../src/shared/api.ts";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { DiagnosticReport } from "../../../src/shared/doctor.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { until } from "../../support/until.ts";

beforeAll(ensureMosquitto, 120_000);

interface Rows {
  readonly readings: readonly { readonly device: string; readonly metric: string; readonly value: number }[];
}

const rowsOf = async (hub: TestHub, device: string) =>
  (await hub.json<Rows>(`/api/v1/readings?device=${device}&limit=10000`)).readings;
const connected = (hub: TestHub) =>
  until("the hub is connected to its broker", async () => {
    const { broker } = await hub.json<Health>("/healthz");
    return broker?.status === "ok" ? broker : undefined;
  });
const deviceOf = async (hub: TestHub, id: string) =>
  (await hub.json<{ devices: Device[] }>("/api/v1/devices")).devices.find((device) => device.id === id);

async function client(broker: Mosquitto, id = "pi"): Promise<MqttClient & AsyncDisposable> {
  const made = await connectAsync(broker.url, {
    clientId: id,
    reconnectPeriod: 0,
    username: "pi",
    password: "raspberry",
  });
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.endAsync(true) });
}

test.concurrent("readings on every topic are stored, old retained ones are not", async () => {
  await using broker = await Mosquitto.start();
  await using pi = await client(broker);
  await pi.publishAsync("sensor/old/data", '{"t":1,"ts":1700000000}', { qos: 1, retain: true });
  await using hub = await startTestHub("--broker", broker.url);
  await connected(hub);
  await pi.publishAsync("sensor/a/data", '{"t":20.5}', { qos: 1 });
  await pi.publishAsync("sensor/data", '{"device_id":"b","t":20.5}', { qos: 0 });
  await pi.publishAsync("bramble/c/metric/room/temperature", "21", { qos: 2 });
  // One that a client retains now is a new one.
  await pi.publishAsync("bramble/d/readings", '{"t":3}', { qos: 1, retain: true });
  for (const device of ["a", "b", "c", "d"])
    await until(`a reading of ${device}`, async () => (await rowsOf(hub, device))[0]);
  expect(await rowsOf(hub, "old")).toEqual([]);
  expect((await deviceOf(hub, "a"))?.address).toBe("127.0.0.1");
});

test.concurrent("a killed broker is reported, and reconnected", {
  timeout: 60_000,
}, async () => {
  await using broker = await Mosquitto.start();
  await using hub = await startTestHub("--broker", broker.url);
  await connected(hub);
  await broker.end("SIGKILL");
  const away = await until("it is said", async () => {
    const health = await hub.json<Health>("/healthz");
    return health.broker?.message === undefined ? undefined : health;
  });
  expect(away.status).toBe("warning");
  expect(away.broker).toMatchObject({ status: "warning", url: broker.url });
  const check = async () =>
    (await hub.json<DiagnosticReport>("/api/v1/doctor")).checks.find(({ id }) => id === "broker");
  await until("the doctor says why", async () => (await check())?.message.startsWith("Nothing listens") || undefined);
  expect(await check()).toMatchObject({ state: "wrong" });
  await broker.start();
  await connected(hub);
  expect(await check()).toMatchObject({ state: "fine" });
  await using pi = await client(broker);
  await pi.publishAsync("sensor/again/data", '{"t":1}', { qos: 1 });
  await until("a reading", async () => (await rowsOf(hub, "again"))[0]);
});

test.concurrent("a device is online from its status to its last will, also after the hub was down", {
  timeout: 60_000,
}, async () => {
  await using broker = await Mosquitto.start();
  await using hub = await startTestHub("--broker", broker.url);
  await connected(hub);
  const will = { topic: "bramble/pi/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
  const pi = await connectAsync(broker.url, { clientId: "will", will, reconnectPeriod: 0 });
  await pi.publishAsync("bramble/pi/about", '{"name":"Attic"}', { qos: 1, retain: true });
  await pi.publishAsync("bramble/pi/readings", '{"t":1}', { qos: 1 });
  await pi.publishAsync("bramble/pi/status", "online", { qos: 1, retain: true });
  const isOnline = (online: boolean) =>
    until(`online: ${online}`, async () => (await deviceOf(hub, "pi"))?.presence.online === online || undefined);
  await isOnline(true);
  await hub.end("SIGTERM");
  await hub.start();
  // What is retained says so, though nothing new was sent.
  await isOnline(true);
  pi.stream.destroy();
  await isOnline(false);
  await hub.end("SIGTERM");
  await hub.start();
  await connected(hub);
  expect(await deviceOf(hub, "pi")).toMatchObject({ name: "Attic", presence: { online: false } });
});

test.concurrent("a wrong password and a forbidden topic are reported without the password", {
  timeout: 60_000,
}, async () => {
  await using broker = await Mosquitto.create(
    "allow_anonymous false",
    "password_file FOLDER/passwords",
    "acl_file FOLDER/acl",
  );
  broker.writePasswords({ hub: "a-secret", pi: "raspberry" });
  broker.writeFile("acl", "user hub\ntopic read sensor/#\nuser pi\ntopic write sensor/#\n");
  await broker.start();
  await using wrong = await startTestHub("--broker", broker.url.replace("//", "//hub:not-a-secret@"));
  const messageOf = (hub: TestHub, part: string) =>
    until(part, async () => {
      const { broker: found } = await hub.json<Health>("/healthz");
      return found?.message?.includes(part) ? found.message : undefined;
    });
  expect(await messageOf(wrong, "password")).toContain("BRAMBLE_BROKER_PASSWORD");
  await using right = await startTestHub("--broker", broker.url.replace("//", "//hub:a-secret@"));
  // Mosquitto grants a subscription that it lets nothing through to: what may be read arrives.
  await using pi = await client(broker);
  await until("a reading", async () => {
    await pi.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
    return (await rowsOf(right, "pi"))[0];
  });
  for (const hub of [wrong, right]) {
    const log = readFileSync(join(hub.folder.path, "logs", "hub.log"), "utf8");
    const told = await Promise.all(
      ["/healthz", "/api/v1/doctor", "/api/v1/hub"].map(async (path) => (await hub.fetch(path)).text()),
    );
    expect(log).toContain(broker.url);
    expect([log, hub.output, ...told].join("\n")).not.toContain("a-secret");
  }
});

test.concurrent("a command on a topic that the hub may not publish on fails, and is not sent again and again", async () => {
  await using broker = await Mosquitto.create(
    "allow_anonymous false",
    "password_file FOLDER/passwords",
    "acl_file FOLDER/acl",
  );
  broker.writePasswords({ hub: "a-secret", pi: "raspberry" });
  broker.writeFile("acl", "user hub\ntopic read #\nuser pi\ntopic readwrite #\n");
  await broker.start();
  await using hub = await startTestHub("--broker", broker.url.replace("//", "//hub:a-secret@"));
  await connected(hub);
  await using pi = await client(broker);
  await pi.subscribeAsync("lamp/set", { qos: 1 });
  await until("a reading", async () => {
    await pi.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
    return (await rowsOf(hub, "pi"))[0];
  });
  const send = (path: string, method: string, body: object) =>
    hub.fetch(path, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const lamp = { control: { id: "lamp", kind: "switch" }, publishes: { topic: "lamp/set", on: "ON", off: "OFF" } };
  expect((await send("/api/v1/devices/pi", "PATCH", { controls: [lamp] })).status).toBe(200);
  const issued = await send("/api/v1/devices/pi/commands", "POST", { control: "lamp", value: true });
  const { id }: Command = await issued.json();
  const failed = await until("it has an end", async () => {
    const command = await hub.json<Command>(`/api/v1/commands/${id}`);
    return command.state === "failed" ? command : undefined;
  });
  expect(failed.error).toBe("refused by the broker (0x87)");
  expect(failed.timeline.map(({ state }) => state)).toEqual(["queued", "sent", "failed"]);
});

test.concurrent("over TLS, an untrusted certificate is reported, and one of the configured authority accepted", {
  timeout: 60_000,
}, async () => {
  await using broker = await Mosquitto.create("certfile FOLDER/cert.pem", "keyfile FOLDER/key.pem");
  const certificate = broker.makeCertificate();
  await broker.start();
  const url = broker.url.replace("mqtt:", "mqtts:");
  await using wary = await startTestHub("--broker", url);
  await until("it is said", async () => {
    const { broker: found } = await wary.json<Health>("/healthz");
    return found?.message?.includes("--broker-ca") || undefined;
  });
  await using hub = await startTestHub("--broker", url, "--broker-ca", certificate);
  expect(await connected(hub)).toMatchObject({ url });
});
