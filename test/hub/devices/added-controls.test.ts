// Controls added by hand: a plug that knows nothing of Bramble is switched like a Pi that declares its switch.
import { connectAsync, type IClientOptions } from "mqtt";
import { expect, test } from "vitest";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { Device } from "../../../src/shared/device.ts";
import { startTestHub } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { run } from "../../support/run.ts";
import { until } from "../../support/until.ts";

const plug = {
  control: { id: "plug", kind: "switch", label: "Plug" },
  publishes: { topic: "cmnd/plug/POWER", on: "ON", off: "OFF" },
};
const dimmer = {
  control: { id: "dimmer", kind: "number", min: 0, max: 100 },
  publishes: { topic: "home/lamp/set", template: '{"brightness":{value}}' },
};

async function startHub(): Promise<HubInside> {
  const hub = await startHubInside();
  await hub.post({ device_id: "kitchen", temperature: 21 });
  return hub;
}

function patch(hub: HubInside, controls: unknown): Promise<Response> {
  return hub.fetch("/api/v1/devices/kitchen", { method: "PATCH", body: JSON.stringify({ controls }) });
}

async function give(hub: HubInside, control: string, value: unknown, ttl = 60): Promise<Command> {
  const init = { method: "POST", body: JSON.stringify({ control, value, ttl }) };
  const response = await hub.fetch("/api/v1/devices/kitchen/commands", init);
  expect(response.status).toBe(202);
  return response.json();
}

const untilState = (hub: HubInside, { id }: Command, state: Command["state"]) =>
  until(`the command is ${state}`, async () => {
    const command: Command = await (await hub.fetch(`/api/v1/commands/${id}`)).json();
    return command.state === state ? command : undefined;
  });

const statesOf = ({ timeline }: Command) => timeline.map(({ state }) => state);

async function listen(hub: HubInside, filter: string, qos: 0 | 1, options: IClientOptions = {}) {
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 0, ...options });
  const received: string[] = [];
  client.on("message", (topic, payload) => received.push(`${topic} ${payload}`));
  const [granted] = await client.subscribeAsync(filter, { qos }).catch(() => []);
  const next = (count: number) =>
    until(`${count} messages arrive`, async () => (received.length >= count ? received[count - 1] : undefined));
  return {
    client,
    received,
    next,
    isGranted: granted !== undefined,
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}

test("a plug that was there before its switch is switched, and its acknowledgement is the receipt", async () => {
  await using hub = await startHub();
  await using tasmota = await listen(hub, "cmnd/plug/#", 1);
  expect(tasmota.isGranted).toBe(false);
  const device: Device = await (await patch(hub, [plug, dimmer])).json();
  expect(device.controls).toEqual([plug, dimmer]);

  const on = await give(hub, "plug", true);
  expect(on.publication).toEqual({ topic: "cmnd/plug/POWER", payload: "ON" });
  expect(await tasmota.next(1)).toBe("cmnd/plug/POWER ON");
  expect(statesOf(await untilState(hub, on, "done"))).toEqual(["queued", "sent", "delivered", "done"]);
  await untilState(hub, await give(hub, "plug", false), "done");
  expect(await tasmota.next(2)).toBe("cmnd/plug/POWER OFF");

  await hub.restart();
  const kept: Device = await (await hub.fetch("/api/v1/devices/kitchen")).json();
  expect(kept.controls).toEqual([
    { ...plug, desired: expect.objectContaining({ value: false, state: "done" }) },
    dimmer,
  ]);
  expect(statesOf(await untilState(hub, on, "done"))).toEqual(["queued", "sent", "delivered", "done"]);
});

test("a number is put into its template, and reaches a listener that acknowledges nothing", async () => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "kitchen", temperature: 21 });
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ controls: [dimmer] });
  await hub.fetch("/api/v1/devices/kitchen", { method: "PATCH", headers, body });
  const lamp = run("mosquitto_sub", ["-p", String(hub.mqttPort), "-t", "home/lamp/set", "-q", "0", "-C", "1"]);
  const order = JSON.stringify({ control: "dimmer", value: 12.5 });
  const response = await hub.fetch("/api/v1/devices/kitchen/commands", { method: "POST", headers, body: order });
  const { id }: Command = await response.json();
  expect(await lamp).toBe('{"brightness":12.5}\n');
  const done = await until("it is done", async () => {
    const command = await hub.json<Command>(`/api/v1/commands/${id}`);
    return command.state === "done" ? command : undefined;
  });
  expect(statesOf(done)).toEqual(["queued", "sent", "done"]);
});

test("it waits for a subscriber, the newest command wins, and a catch-all subscription does not count", async () => {
  await using hub = await startHub();
  await patch(hub, [plug]);
  await using observer = await listen(hub, "#", 1, { username: "admin", password: hub.token });
  expect(observer.isGranted).toBe(true);
  const first = await give(hub, "plug", true);
  const second = await give(hub, "plug", false);
  expect(await untilState(hub, first, "failed")).toMatchObject({ error: "superseded" });
  expect(second.state).toBe("queued");
  await using tasmota = await listen(hub, "cmnd/+/POWER", 1);
  expect(await tasmota.next(1)).toBe("cmnd/plug/POWER OFF");
  expect(await observer.next(1)).toBe("cmnd/plug/POWER OFF");
  await untilState(hub, second, "done");
  await tasmota.client.endAsync();

  const late = await give(hub, "plug", true, 5);
  hub.clock.advance(5_000);
  expect(statesOf(await untilState(hub, late, "expired"))).toEqual(["queued", "expired"]);
  expect(tasmota.received).toHaveLength(1);
});

test("a client that disconnects before acknowledging gets it again after reconnecting", async () => {
  await using hub = await startHub();
  await patch(hub, [plug]);
  const deaf = await listen(hub, "cmnd/plug/POWER", 1);
  deaf.client.handleMessage = () => undefined;
  const command = await give(hub, "plug", true);
  await deaf.next(1);
  deaf.client.stream.destroy();
  await untilState(hub, command, "queued");
  await using _back = await listen(hub, "cmnd/plug/POWER", 1);
  expect(statesOf(await untilState(hub, command, "done"))).toEqual([
    "queued",
    "sent",
    "queued",
    "sent",
    "delivered",
    "done",
  ]);
});

test("an anonymous client receives only the topics of added controls", async () => {
  await using hub = await startHub();
  await patch(hub, [plug]);
  for (const filter of ["#", "+/plug/POWER", "cmnd/lamp/#", "home/lamp/set", "sensor/#"]) {
    await using client = await listen(hub, filter, 1);
    expect(client.isGranted, filter).toBe(false);
  }
  await using tasmota = await listen(hub, "cmnd/#", 1);
  expect(tasmota.isGranted).toBe(true);
  await using admin = await listen(hub, "other", 1, { username: "admin", password: hub.token });
  await admin.client.publishAsync("cmnd/other/POWER", "ON", { qos: 1 });
  await admin.client.publishAsync("cmnd/plug/POWER", "TOGGLE", { qos: 1 });
  expect(await tasmota.next(1)).toBe("cmnd/plug/POWER TOGGLE");
  expect(tasmota.received).toHaveLength(1);

  await patch(hub, null);
  await admin.client.publishAsync("cmnd/plug/POWER", "ON", { qos: 1 });
  await patch(hub, [plug]);
  await admin.client.publishAsync("cmnd/plug/POWER", "OFF", { qos: 1 });
  expect(await tasmota.next(2)).toBe("cmnd/plug/POWER OFF");
});

test("an invalid control is refused with a message, and a removed one accepts no command", async () => {
  await using hub = await startHub();
  const refused = async (controls: unknown): Promise<string> => {
    const response = await patch(hub, controls);
    expect(response.status).toBe(400);
    const { error, message } = await response.json();
    expect(error).toBe("bad-request");
    return message;
  };
  const on = (topic: string) => [{ ...plug, publishes: { ...plug.publishes, topic } }];
  expect(await refused([plug, plug])).toContain("two controls “plug”");
  for (const topic of ["bramble/pi/command", "sensor/data", "bramble/pi/reply", "$SYS/x"])
    expect(await refused(on(topic))).toContain("the hub's own");
  for (const topic of ["cmnd/#", "cmnd/+/x", "a\nb"]) expect(await refused(on(topic))).toContain("no single topic");
  expect(await refused(on(""))).toContain("controls.0.publishes.topic");
  const nowhere = [plug, { ...dimmer, control: { ...dimmer.control, min: 9, max: 5 } }];
  expect(await refused(nowhere)).toContain("“dimmer” can be set to nothing: its lowest value, 9, is above");
  const noPlace = [{ ...dimmer, publishes: { topic: "a", template: "bright" } }];
  expect(await refused(noPlace)).toContain("write {value}");
  expect(await refused([{ ...plug, publishes: dimmer.publishes }])).toContain("controls.0");
  expect(await refused("plug")).toContain("controls");

  await patch(hub, [plug]);
  await patch(hub, []);
  const order = { method: "POST", body: JSON.stringify({ control: "plug", value: true }) };
  expect((await hub.fetch("/api/v1/devices/kitchen/commands", order)).status).toBe(404);
});

test("an added control replaces a declared one of that name", async () => {
  await using hub = await startHub();
  await using pi = await listen(hub, "bramble/kitchen/command", 1);
  const about = { controls: [{ id: "plug", kind: "number" }] };
  await pi.client.publishAsync("bramble/kitchen/about", JSON.stringify(about), { qos: 1 });
  const device: Device = await (await patch(hub, [plug])).json();
  expect(device.controls).toEqual([plug]);
});
