// Commands against a real hub: over MQTT with MQTT.js as the Pi, over HTTP as a Pi that has nothing else.
import { pbkdf2 } from "node:crypto";
import { once } from "node:events";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, test } from "vitest";
import type { CommandList } from "../../../src/shared/api.ts";
import type { Command, CommandMessage } from "../../../src/shared/controls/command.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const pbkdf2Async = promisify(pbkdf2);
const START = Date.UTC(2026, 0, 31, 12);
const about = {
  controls: [
    { id: "led", kind: "switch", label: "LED" },
    { id: "fan", kind: "number", min: 0, max: 100 },
    { id: "mode", kind: "select", options: ["eco", "warm"] },
    { id: "horn", kind: "button" },
    { id: "sign", kind: "text", max_length: 5 },
    { id: "lamp", kind: "color" },
  ],
};

/** A hub that knows the device `pi`, which is not connected. */
async function startHub(): Promise<HubInside> {
  const hub = await startHubInside({ nowMs: START });
  const client = await connect(hub);
  await client.publishAsync("bramble/pi/about", JSON.stringify(about), { qos: 1 });
  await client.endAsync();
  return hub;
}

function connect(hub: HubInside): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 0 });
}

/** Connects as the Pi; the answer has what it was sent. */
async function connectPi(hub: HubInside, qos: 0 | 1 = 1) {
  const client = await connect(hub);
  const received: CommandMessage[] = [];
  client.on("message", (_topic, payload) => received.push(JSON.parse(payload.toString())));
  await client.subscribeAsync("bramble/pi/command", { qos });
  const next = (count = 1) =>
    until(`${count} commands arrive`, async () => (received.length >= count ? received[count - 1] : undefined));
  const reply = (body: object) => client.publishAsync("bramble/pi/reply", JSON.stringify(body), { qos: 1 });
  return { client, received, next, reply, [Symbol.asyncDispose]: () => client.endAsync(true) };
}

async function order(hub: HubInside, control: string, value?: unknown, ttl?: number): Promise<Response> {
  return hub.fetch("/api/v1/devices/pi/commands", { method: "POST", body: JSON.stringify({ control, value, ttl }) });
}

async function give(hub: HubInside, control: string, value?: unknown, ttl?: number): Promise<Command> {
  const response = await order(hub, control, value, ttl);
  expect(response.status).toBe(202);
  return response.json();
}

async function look(hub: HubInside, id: string): Promise<Command> {
  return (await hub.fetch(`/api/v1/commands/${id}`)).json();
}

const untilState = (hub: HubInside, { id }: Command, state: Command["state"]) =>
  until(`the command is ${state}`, async () => {
    const command = await look(hub, id);
    return command.state === state ? command : undefined;
  });

const statesOf = ({ timeline }: Command) => timeline.map(({ state }) => state);

test("a command reaches the Pi, is acknowledged and answered, and its reply survives a restart", async () => {
  await using hub = await startHub();
  await using pi = await connectPi(hub);
  const command = await give(hub, "led", true);
  expect(command).toMatchObject({ device: "pi", control: "led", value: true, by: "this computer" });
  const message = await pi.next();
  expect(message).toEqual({ id: command.id, control: "led", value: true, at: START, ttl_ms: 60_000 });
  await untilState(hub, command, "delivered");
  await pi.client.publishAsync("bramble/pi/state", '{"led":true}', { qos: 1 });
  await pi.reply({ id: command.id, ok: true, value: true });
  // The reply is acknowledged once its outcome is on disk.
  const done = await look(hub, command.id);
  expect(statesOf(done)).toEqual(["queued", "sent", "delivered", "done"]);
  expect(done.reply).toBe(true);
  const device = await (await hub.fetch("/api/v1/devices/pi")).json();
  expect(device.controls[0]).toEqual({
    control: about.controls[0],
    desired: { value: true, state: "done", atMs: START },
    reported: { value: true, atMs: START },
  });
  await hub.restart();
  expect(await look(hub, command.id)).toEqual(done);
  expect(await (await hub.fetch("/api/v1/devices/pi")).json()).toMatchObject({ controls: device.controls });
});

test("a Pi that refuses, and one that does not reply", async () => {
  await using hub = await startHub();
  await using pi = await connectPi(hub);
  const refused = await give(hub, "horn");
  await pi.next();
  await pi.reply({ id: refused.id, ok: false, error: "no horn" });
  expect(await untilState(hub, refused, "failed")).toMatchObject({ error: "no horn" });
  const unexplained = await give(hub, "horn");
  await pi.next();
  await pi.reply({ id: unexplained.id, ok: false });
  expect(await untilState(hub, unexplained, "failed")).toMatchObject({ error: "no-reason" });
  const silent = await give(hub, "horn");
  await untilState(hub, silent, "delivered");
  hub.clock.advance(9_000);
  expect(await look(hub, silent.id)).toMatchObject({ state: "delivered" });
  hub.clock.advance(1_000);
  expect(await untilState(hub, silent, "failed")).toMatchObject({ error: "no-reply" });
  await pi.reply({ id: silent.id, ok: true });
  expect(await look(hub, silent.id)).toMatchObject({ state: "failed" });
});

test("an offline Pi gets it when it returns, but not after its time to live", async () => {
  await using hub = await startHub();
  const late = await give(hub, "sign", "late", 5);
  const good = await give(hub, "mode", "eco", 60);
  expect(late.state).toBe("queued");
  hub.clock.advance(5_000);
  expect(statesOf(await untilState(hub, late, "expired"))).toEqual(["queued", "expired"]);
  await using pi = await connectPi(hub);
  expect(await pi.next()).toMatchObject({ id: good.id });
  await pi.reply({ id: good.id, ok: true });
  await untilState(hub, good, "done");
  expect(pi.received).toHaveLength(1);
});

test("an unacknowledged command waits again when the session ends, and expires", async () => {
  await using hub = await startHub();
  const deaf = await connectPi(hub);
  // It never gets as far as the acknowledgement.
  deaf.client.handleMessage = () => undefined;
  const command = await give(hub, "led", true, 30);
  await deaf.next();
  await untilState(hub, command, "sent");
  deaf.client.stream.destroy();
  await untilState(hub, command, "queued");
  await using pi = await connectPi(hub);
  expect(await pi.next()).toMatchObject({ id: command.id });
  await pi.reply({ id: command.id, ok: true });
  expect(statesOf(await untilState(hub, command, "done"))).toEqual([
    "queued",
    "sent",
    "queued",
    "sent",
    "delivered",
    "done",
  ]);

  await pi.client.endAsync();
  const again = await connectPi(hub);
  again.client.handleMessage = () => undefined;
  const lost = await give(hub, "led", false, 30);
  await again.next();
  hub.clock.advance(30_000);
  expect(statesOf(await untilState(hub, lost, "expired"))).toEqual(["queued", "sent", "expired"]);
  await again.client.endAsync(true);
});

test("for a switch and a number the newest command wins; other controls get every command in order", async () => {
  await using hub = await startHub();
  const given: Command[] = [];
  for (const [control, value] of [
    ["led", true],
    ["led", false],
    ["led", true],
    ["sign", "a"],
    ["sign", "b"],
  ] as const)
    given.push(await give(hub, control, value));
  for (const old of given.slice(0, 2))
    expect(await untilState(hub, old, "failed")).toMatchObject({ error: "superseded" });
  await using pi = await connectPi(hub);
  await pi.next(2);
  expect(pi.received.map(({ id }) => id)).toEqual([given[2]?.id, given[3]?.id]);
  await pi.reply({ id: given[3]?.id, ok: true });
  expect(await pi.next(3)).toMatchObject({ id: given[4]?.id });
});

test("only the newest session subscribed to exactly this device's command topic gets commands", async () => {
  await using hub = await startHub();
  await using older = await connectPi(hub);
  await using newer = await connectPi(hub);
  const first = await give(hub, "led", true);
  expect(await newer.next()).toMatchObject({ id: first.id });
  await newer.reply({ id: first.id, ok: true });
  await newer.client.unsubscribeAsync("bramble/pi/command");
  const second = await give(hub, "led", false);
  expect(await older.next()).toMatchObject({ id: second.id });
  expect(newer.received).toHaveLength(1);
  // A subscriber at QoS 0 cannot acknowledge: its reply says all.
  await older.reply({ id: second.id, ok: true });
  await older.client.unsubscribeAsync("bramble/pi/command");
  await using simple = await connectPi(hub, 0);
  const third = await give(hub, "led", true);
  await simple.next();
  await simple.reply({ id: third.id, ok: true });
  expect(statesOf(await untilState(hub, third, "done"))).toEqual(["queued", "sent", "delivered", "done"]);
});

test("a Pi with only HTTP long-polls for the next command", async () => {
  await using hub = await startHub();
  let status: number | undefined;
  const nothing = hub.fetch("/api/v1/devices/pi/commands/next?wait=1").then((response) => {
    status = response.status;
  });
  await until("the wait is over", async () => {
    hub.clock.advance(1_000);
    return status;
  });
  await nothing;
  expect(status).toBe(204);
  const waiting = hub.fetch("/api/v1/devices/pi/commands/next?wait=60");
  const command = await give(hub, "lamp", "#ff8800");
  const other = await give(hub, "mode", "warm");
  const messages = [await (await waiting).json(), await (await hub.fetch("/api/v1/devices/pi/commands/next")).json()];
  expect(messages.map(({ id }) => id).sort()).toEqual([command.id, other.id].sort());
  await untilState(hub, command, "delivered");
  const reply = { method: "POST", body: '{"ok":true,"value":"#ff8800"}' };
  const answer = await hub.fetch(`/api/v1/commands/${command.id}/reply`, reply);
  expect(await answer.json()).toMatchObject({ state: "done", reply: "#ff8800" });
  expect((await hub.fetch("/api/v1/commands/nothing/reply", reply)).status).toBe(404);
});

test("a long-poll whose client is gone before it is authenticated takes no command", async () => {
  await using hub = await startHub();
  const body = JSON.stringify({ link: hub.link.replace(/.*#link=/, "") });
  const { token } = await (await hub.fetch("/api/v1/session", { method: "POST", body })).json();
  const waiting = hub.fetch("/api/v1/devices/pi/commands/next?wait=60");
  // A session's token is verified on another thread, of which all are busy until the connections have ended.
  const busy = Array.from({ length: 8 }, () => pbkdf2Async("", "", 300_000, 32, "sha256"));
  const lines = [
    "GET /api/v1/devices/pi/commands/next?wait=60 HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${token}`,
  ];
  for (let gone = 0; gone < 3; gone++) {
    const socket = createConnection(hub.httpPort, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    // Its request is read by now, and then its end is.
    await hub.fetch("/healthz");
    socket.resetAndDestroy();
    await hub.fetch("/healthz");
  }
  await Promise.all(busy);
  const me = { headers: { Authorization: `Bearer ${token}` } };
  expect((await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/me`, me)).status).toBe(200);
  const { id } = await give(hub, "horn");
  expect(await (await waiting).json()).toMatchObject({ id });
});

test("a client that closes its side with its long-poll gets the command that waits for it", async () => {
  await using hub = await startHub();
  const { id } = await give(hub, "horn");
  const socket = createConnection(hub.httpPort, "127.0.0.1");
  const answer = text(socket);
  socket.end(
    `GET /api/v1/devices/pi/commands/next?wait=60 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${hub.token}\r\n\r\n`,
  );
  expect(await answer).toContain(`"id":"${id}"`);
});

test("a HEAD request consumes no command", async () => {
  await using hub = await startHub();
  const { id } = await give(hub, "horn");
  const head = await hub.fetch("/api/v1/devices/pi/commands/next", { method: "HEAD" });
  expect(head.status).toBe(204);
  expect(await (await hub.fetch("/api/v1/devices/pi/commands/next?wait=1")).json()).toMatchObject({ id });
});

test("each long-poll response has one command; the others wait for the next poll", async () => {
  await using hub = await startHub();
  const given = [await give(hub, "mode", "eco"), await give(hub, "sign", "a"), await give(hub, "horn")];
  for (const [index, { id }] of given.entries()) {
    const message = await (await hub.fetch("/api/v1/devices/pi/commands/next?wait=1")).json();
    expect(message).toMatchObject({ id });
    for (const later of given.slice(index + 1)) expect(statesOf(await look(hub, later.id))).toEqual(["queued"]);
    await hub.fetch(`/api/v1/commands/${id}/reply`, { method: "POST", body: '{"ok":true}' });
    expect(await look(hub, id)).toMatchObject({ state: "done" });
  }
});

test("commands are listed in the order of issue, also after a restart", async () => {
  await using hub = await startHub();
  await using pi = await connectPi(hub);
  const slow = await give(hub, "sign", "a");
  await pi.next();
  hub.clock.advance(1);
  const quick = await give(hub, "mode", "eco");
  await pi.next(2);
  await pi.reply({ id: quick.id, ok: true });
  await pi.reply({ id: slow.id, ok: true });
  const listed = async () => {
    const { commands }: CommandList = await (await hub.fetch("/api/v1/devices/pi/commands")).json();
    return commands.map(({ id, state }) => `${id} ${state}`);
  };
  const expected = [`${quick.id} done`, `${slow.id} done`];
  expect(await listed()).toEqual(expected);
  await hub.restart();
  expect(await listed()).toEqual(expected);
});

test("an invalid value for a control is refused with a message", async () => {
  await using hub = await startHub();
  const cases: [string, unknown, number, string, string][] = [
    ["led", 1, 400, "bad-value", "led takes true or false."],
    ["fan", 101, 400, "bad-value", "fan takes a number from 0 to 100."],
    ["mode", "hot", 400, "bad-value", "mode takes one of eco, warm."],
    ["horn", "loud", 400, "bad-value", "horn takes no value."],
    ["sign", "too long", 400, "bad-value", "sign takes text of at most 5 characters."],
    ["lamp", "red", 400, "bad-value", "lamp takes a colour such as #ff8800."],
    ["door", true, 404, "no-such-control", "pi has no control “door”."],
  ];
  for (const [control, value, status, error, message] of cases) {
    const response = await order(hub, control, value);
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ error, message })]);
  }
  const { commands }: CommandList = await (await hub.fetch("/api/v1/devices/pi/commands")).json();
  expect(commands).toEqual([]);
});

test("waiting commands survive a restart, and end once", async () => {
  await using hub = await startHub();
  const kept = await give(hub, "sign", "a", 60);
  const past = await give(hub, "mode", "eco", 10);
  hub.clock.advance(9_000);
  await hub.restart();
  hub.clock.advance(1_000);
  await untilState(hub, past, "expired");
  await using pi = await connectPi(hub);
  expect(await pi.next()).toMatchObject({ id: kept.id });
  await pi.reply({ id: kept.id, ok: true });
  await untilState(hub, kept, "done");
});

test("the live feed sends a command immediately", async () => {
  await using hub = await startHub();
  const { ticket, port } = await (await hub.fetch("/api/v1/live/ticket", { method: "POST", body: "{}" })).json();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live?ticket=${ticket}`);
  await once(socket, "open");
  const states: string[] = [];
  socket.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "command") states.push(event.command.state);
  });
  await using pi = await connectPi(hub);
  const command = await give(hub, "led", true);
  await pi.next();
  // A reply may overtake the acknowledgement.
  await untilState(hub, command, "delivered");
  await pi.reply({ id: command.id, ok: true });
  const all = async () => (states.at(-1) === "done" ? states : undefined);
  expect(await until("all states arrive", all)).toEqual(["queued", "sent", "delivered", "done"]);
  socket.close();
});
