// Whether a device is here. The hub runs inside the test, so that the test can turn its clock.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connectAsync } from "mqtt";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { DeviceDirectory } from "../../../src/hub/devices/directory.ts";
import { Presence as DevicePresence } from "../../../src/hub/devices/presence.ts";
import { newState } from "../../../src/hub/devices/state/device-state.ts";
import type { DeviceList, Health } from "../../../src/shared/api.ts";
import type { Presence } from "../../../src/shared/device.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const START = Date.UTC(2026, 0, 31, 12);

const startHub = () => startHubInside({ nowMs: START });

async function post(hub: HubInside, reading: Readonly<Record<string, unknown>>): Promise<void> {
  expect((await hub.post(reading)).status).toBe(200);
}

async function presenceOf(hub: HubInside, id: string): Promise<Presence | undefined> {
  const { devices }: DeviceList = await (await hub.fetch("/api/v1/devices")).json();
  return devices.find((device) => device.id === id)?.presence;
}

async function clientsOf(hub: HubInside): Promise<number> {
  const health: Health = await (await hub.fetch("/healthz")).json();
  return health.mqtt.clients;
}

test("a device that posts is online for a minute after its last reading", async () => {
  await using hub = await startHub();
  await post(hub, { device_id: "pi", t: 1 });
  expect(await presenceOf(hub, "pi")).toEqual({ online: true, sinceMs: START });
  hub.clock.advance(60_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: true });
  hub.clock.advance(2_000);
  expect(await presenceOf(hub, "pi")).toEqual({ online: false, sinceMs: START });
});

test("a device that posts every five minutes is online for three of its intervals", async () => {
  await using hub = await startHub();
  await post(hub, { device_id: "pi", t: 1 });
  hub.clock.advance(300_000);
  await post(hub, { device_id: "pi", t: 2 });
  hub.clock.advance(900_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: true });
  hub.clock.advance(2_000);
  expect(await presenceOf(hub, "pi")).toEqual({ online: false, sinceMs: START + 300_000 });
});

test("a device with a session is online while the session lasts", async () => {
  await using hub = await startHub();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { keepalive: 0 });
  await client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
  hub.clock.advance(3_600_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: true });
  await client.endAsync();
  await until("the session has ended", async () => ((await clientsOf(hub)) === 0 ? true : undefined));
  hub.clock.advance(1_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: false });
});

test("a device that only sent its about message, with a session, is online, too", async () => {
  await using hub = await startHub();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { keepalive: 0 });
  await client.publishAsync("bramble/pi/about", '{"name":"Attic"}', { qos: 1 });
  hub.clock.advance(3_600_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: true });
  await client.endAsync();
});

test("a connection lost during a message does not leave the device online", async () => {
  await using hub = await startHub();
  for (let round = 0; round < 20; round++) {
    const socket = connectSocket(hub.mqttPort, "127.0.0.1");
    await once(socket, "connect");
    const hello = generate({ cmd: "connect", clientId: `pi-${round}`, keepalive: 60, clean: true });
    socket.write(hello);
    await once(socket, "data");
    socket.write(
      generate({ cmd: "publish", topic: "sensor/pi/data", payload: '{"t":1}', qos: 0, dup: false, retain: false }),
      () => socket.resetAndDestroy(),
    );
    await once(socket, "close");
  }
  await until("all sessions have ended", async () => ((await clientsOf(hub)) === 0 ? true : undefined));
  await post(hub, { device_id: "pi", t: 2 });
  hub.clock.advance(120_000);
  expect(await presenceOf(hub, "pi")).toMatchObject({ online: false });
});

test("after a restart every device is offline since it was last seen, until it sends", async () => {
  await using hub = await startHub();
  await post(hub, { device_id: "pi", t: 1 });
  hub.clock.advance(5_000);
  await hub.restart();
  expect(await presenceOf(hub, "pi")).toEqual({ online: false, sinceMs: START });
});

test("the figures count those that have joined, as the list shows them", async () => {
  await using hub = await startHubInside({ nowMs: START, joining: "ask" });
  const decide = async (id: string, decision: "approve" | "block") =>
    expect((await hub.fetch(`/api/v1/devices/${id}/${decision}`, { method: "POST" })).status).toBe(200);
  for (const id of ["here", "here-too", "away", "waiting", "blocked"]) await post(hub, { device_id: id, t: 1 });
  for (const id of ["here", "here-too", "away"]) await decide(id, "approve");
  await decide("blocked", "block");
  hub.clock.advance(61_000);
  for (const id of ["here", "here-too"]) await post(hub, { device_id: id, t: 2 });
  hub.clock.advance(1_000);
  const figures = await (await hub.fetch("/metrics")).text();
  const counted = (state: string) =>
    Number(new RegExp(`^bramble_devices\\{presence="${state}"\\} (\\d+)$`, "m").exec(figures)?.[1]);
  const { devices }: DeviceList = await (await hub.fetch("/api/v1/devices")).json();
  const listed = devices.filter(({ joining }) => joining === "approved").map(({ presence }) => presence.online);
  expect(devices).toHaveLength(5);
  expect(listed.toSorted()).toEqual([false, true, true]);
  expect([counted("online"), counted("offline")]).toEqual([2, 1]);
});

test("a message stored only after the device went offline does not bring it online", () => {
  const id = parseDeviceId("pi");
  if (id === undefined) throw new Error("no device id");
  const clock = new FakeClock(START);
  const directory = new DeviceDirectory();
  const presence = new DevicePresence({ directory, clock, onChange: () => undefined });
  const record = { id, firstSeenMs: START, lastSeenMs: START, address: null, about: {} };
  const state = newState(record, { online: false, sinceMs: START });
  directory.states.set(id, state);
  expect(presence.received(state, "192.0.2.7", START)).toBe(true);
  clock.advance(50);
  presence.reportStatus(id, false, null);
  clock.advance(50);
  expect(presence.received(state, "192.0.2.7", clock.now(), START + 20)).toBe(false);
  expect(state.presence.online).toBe(false);
  expect(presence.received(state, "192.0.2.7", clock.now(), START + 60)).toBe(true);
  expect(state.presence.online).toBe(true);
});
