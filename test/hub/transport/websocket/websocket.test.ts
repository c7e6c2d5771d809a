// WebSockets: devices on /ws, MQTT on /mqtt, and the door in front of them, with ws, MQTT.js and paho as the others.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Command } from "../../../../src/shared/controls/command.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { until } from "../../../support/until.ts";

type Message = Record<string, unknown>;

/** Connects as a device; messages are kept in their order. */
async function openDevice(hub: TestHub, query = "") {
  const socket = new WebSocket(`${hub.file.http.replace("http", "ws")}/ws${query}`);
  const received: Message[] = [];
  socket.on("message", (data) => received.push(JSON.parse(String(data))));
  await once(socket, "open");
  const next = (type: string) =>
    until(`a message of type ${type}`, async () => {
      const index = received.findIndex((message) => message["type"] === type);
      return index < 0 ? undefined : received.splice(index, 1)[0];
    });
  const send = (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  return { socket, send, next, [Symbol.dispose]: () => socket.terminate() };
}

async function give(hub: TestHub, device: string, control: string, value: unknown): Promise<Command> {
  const response = await hub.fetch(`/api/v1/devices/${device}/commands`, {
    method: "POST",
    body: JSON.stringify({ control, value }),
    headers: { "Content-Type": "application/json" },
  });
  expect(response.status).toBe(202);
  return response.json();
}

/** The status with which the door refuses an upgrade. */
async function refusal(hub: TestHub, path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const socket = new WebSocket(`${hub.file.http.replace("http", "ws")}${path}`, { headers });
  const [, response] = await once(socket, "unexpected-response");
  socket.on("error", () => undefined);
  socket.terminate();
  return response.statusCode;
}

test("a device's readings are acknowledged by their number once they are on disk, also when the hub is killed then", async () => {
  await using hub = await startTestHub();
  {
    using device = await openDevice(hub);
    device.send({ type: "reading", device_id: "raspi-01", temperature: 25.5, humidity: 60.3, seq: 1 });
    expect(await device.next("ack")).toEqual({ type: "ack", seq: 1 });
    device.send({ type: "reading", device_id: "raspi-01", ts: 1_767_225_600_000, temperature: 20, seq: "b" });
    expect(await device.next("ack")).toEqual({ type: "ack", seq: "b" });
    await hub.end("SIGKILL");
  }
  await hub.start();
  const { readings } = await hub.json<{ readings: { metric: string; value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ metric, value }) => [metric, value])).toEqual(
    expect.arrayContaining([
      ["temperature", 25.5],
      ["humidity", 60.3],
      ["temperature", 20],
    ]),
  );
});

test("refused messages are answered with a message and their number, and listed", async () => {
  await using hub = await startTestHub();
  using device = await openDevice(hub);
  device.send({ type: "reading", temperature: 1, seq: 1 });
  expect(await device.next("error")).toMatchObject({ seq: 1, error: "no-device" });
  device.send({ type: "reading", device_id: "no id", temperature: 1, seq: 2 });
  expect(await device.next("error")).toMatchObject({ seq: 2, error: "bad-device-id" });
  device.send({ type: "letter", seq: 3 });
  expect(await device.next("error")).toMatchObject({
    seq: 3,
    error: "bad-request",
    message: expect.stringMatching("reading, about"),
  });
  device.send("{");
  expect(await device.next("error")).toMatchObject({ error: "not-json" });
  device.socket.send(Buffer.from("{}"), { binary: true });
  expect(await device.next("error")).toMatchObject({ error: "not-json" });
  device.send([]);
  expect(await device.next("error")).toMatchObject({ error: "not-an-object" });
  device.send({ type: "status", status: "online", seq: 4 });
  expect(await device.next("error")).toMatchObject({ seq: 4, error: "no-device" });
  const { refused } = await hub.json<{ refused: Message[] }>("/api/v1/refused");
  expect(refused.length).toBe(7);
  expect(refused.every(({ source }) => source === "WebSocket /ws")).toBe(true);
});

test("a device is online while its socket is open, and gets and answers commands", async () => {
  await using hub = await startTestHub();
  using device = await openDevice(hub, "?device=raspi-01");
  device.send({ type: "about", controls: [{ id: "led", kind: "switch" }], seq: 1 });
  device.send({ type: "reading", temperature: 21, device_id: "raspi-01", seq: 2 });
  await device.next("ack");
  await device.next("ack");
  const command = await give(hub, "raspi-01", "led", true);
  expect(await device.next("command")).toMatchObject({ id: command.id, control: "led", value: true, ttl_ms: 60_000 });
  const look = () => hub.json<Command>(`/api/v1/commands/${command.id}`);
  await until("it is delivered", async () => ((await look()).state === "delivered" ? true : undefined));
  device.send({ type: "state", led: true });
  device.send({ type: "reply", id: command.id, ok: true, value: true, seq: 3 });
  await until("the reply is acknowledged", async () => ((await device.next("ack"))["seq"] === 3 ? true : undefined));
  expect(await look()).toMatchObject({ state: "done", reply: true });
  const found = await hub.json<Message>("/api/v1/devices/raspi-01");
  expect(found).toMatchObject({ presence: { online: true }, controls: [{ reported: { value: true } }] });
  device.socket.close();
  const waiting = await give(hub, "raspi-01", "led", false);
  using back = await openDevice(hub, "?device=raspi-01");
  expect(await back.next("command")).toMatchObject({ id: waiting.id });
});

test("finished commands leave nothing behind at a device", async () => {
  await using hub = await startTestHub();
  using device = await openDevice(hub, "?device=raspi-01");
  device.send({ type: "about", controls: [{ id: "led", kind: "switch" }], seq: 0 });
  await device.next("ack");
  for (let seq = 1; seq <= 20; seq++) {
    const { id } = await give(hub, "raspi-01", "led", seq % 2 === 0);
    expect(await device.next("command")).toMatchObject({ id });
    device.send({ type: "reply", id, ok: true, seq });
    expect(await device.next("ack")).toMatchObject({ seq });
  }
  expect(hub.output).not.toContain("MaxListenersExceededWarning");
});

test("MQTT over WebSocket is the same broker: stored, commanded, and with words of its own subprotocols", async () => {
  await using hub = await startTestHub();
  const url = `${hub.file.http.replace("http", "ws")}/mqtt`;
  const client = await connectAsync(url, { reconnectPeriod: 0 });
  await client.publishAsync("bramble/web/about", '{"controls":[{"id":"led","kind":"switch"}]}', { qos: 1 });
  await client.publishAsync("sensor/web/data", '{"t":1}', { qos: 1 });
  const forwarded = new Promise<[string, Buffer]>((resolve) => {
    client.once("message", (topic, payload) => resolve([topic, payload]));
  });
  await client.subscribeAsync("bramble/web/command", { qos: 1 });
  const command = await give(hub, "web", "led", true);
  const [topic, payload] = await forwarded;
  expect([topic, JSON.parse(String(payload)).id]).toEqual(["bramble/web/command", command.id]);
  const delivered = async () =>
    (await hub.json<Command>(`/api/v1/commands/${command.id}`)).state === "delivered" ? true : undefined;
  await until("the command is delivered", delivered);
  await client.endAsync();

  const script = `import paho.mqtt.client as mqtt
c = mqtt.Client(transport="websockets")
c.ws_set_options(path="/mqtt")
c.connect("127.0.0.1", ${hub.httpPort})
c.loop_start()
c.publish("sensor/data", '{"device_id":"paho","t":2}', qos=1).wait_for_publish(10)
c.disconnect()`;
  await promisify(execFile)("/usr/bin/python3", ["-c", script]);
  const { devices } = await hub.json<{ devices: { id: string }[] }>("/api/v1/devices");
  expect(devices.map(({ id }) => id).sort()).toEqual(["paho", "web"]);
});

test("foreign origins and hosts are refused on every path", async () => {
  await using hub = await startTestHub();
  for (const path of ["/ws", "/mqtt", "/api/v1/live"]) {
    expect(await refusal(hub, path, { Origin: "http://evil.example" })).toBe(403);
    expect(await refusal(hub, path, { Host: "evil.example" })).toBe(403);
  }
  expect(await refusal(hub, "/api/v1/live")).toBe(401);
  expect(await refusal(hub, "/elsewhere")).toBe(404);
});

test("a hub that stops closes its sockets, and those that only stay open do not hold it up", async () => {
  await using hub = await startTestHub();
  using device = await openDevice(hub, "?device=raspi-01");
  const closed = once(device.socket, "close");
  const mqtt = new WebSocket(`${hub.file.http.replace("http", "ws")}/mqtt`, "mqtt");
  await once(mqtt, "open");
  expect(await hub.end("SIGTERM")).toBe(0);
  await closed;
  mqtt.terminate();
});

test("an unfinished message counts against its sender, despite pings between its frames", async () => {
  await using hub = await startTestHub();
  const heldBytes = async () =>
    Number(/^bramble_held_bytes (\d+)/m.exec(await (await hub.fetch("/metrics")).text())?.[1]);
  const held = (what: string, isReached: (bytes: number) => boolean) =>
    until(what, async () => (isReached(await heldBytes()) ? true : undefined));
  using device = await openDevice(hub);
  const { socket } = device;
  const pongs: string[] = [];
  socket.on("pong", (data) => pongs.push(String(data)));
  const answered = (mark: string) => until("a pong", async () => (pongs.includes(mark) ? true : undefined));
  socket.ping("first");
  await answered("first");
  await held("a ping alone is nothing to be held", (bytes) => bytes < 1_000);
  const half = `{"type":"reading","device_id":"pi","t":1,"seq":1,"text":"${"x".repeat(200_000)}`;
  socket.send(half, { fin: false });
  for (let count = 1; count <= 20; count++) socket.ping(`${count}`);
  await answered("20");
  await held("the beginning is held", (bytes) => bytes >= 200_000);
  socket.send('"}', { fin: true });
  expect(await device.next("ack")).toMatchObject({ seq: 1 });
  await held("nothing is held any more", (bytes) => bytes < 1_000);
});

test("a connection that speaks for ever more devices is cut, and one that speaks for as many as the hub takes is not", async () => {
  await using hub = await startTestHub();
  using gateway = await openDevice(hub);
  using liar = await openDevice(hub);
  const speakFor = async ({ socket, next }: typeof gateway, devices: number) => {
    for (let number = 1; number <= devices; number++)
      socket.send(JSON.stringify({ type: "status", device_id: `made-up-${number}`, status: "online", seq: number }));
    for (let number = 1; number <= devices; number++) expect(await next("ack")).toMatchObject({ seq: number });
  };
  await speakFor(gateway, 1_000);
  const closed = once(liar.socket, "close");
  await speakFor(liar, 1_000);
  for (let number = 1_001; number <= 1_100; number++)
    liar.socket.send(JSON.stringify({ type: "status", device_id: `made-up-${number}`, status: "online" }));
  await closed;
  expect(gateway.socket.readyState).toBe(WebSocket.OPEN);
});

test("an invalid handshake, and one for another host, get the standard error", async () => {
  await using hub = await startTestHub();
  const ask = async (target: string, headers: Readonly<Record<string, string>>): Promise<string> => {
    const upgrade = { Host: `127.0.0.1:${hub.httpPort}`, Connection: "Upgrade", Upgrade: "websocket", ...headers };
    const head = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(hub.httpPort, "127.0.0.1");
    socket.write(`GET ${target} HTTP/1.1\r\n${head.join("")}\r\n`);
    const [answer] = await once(socket, "data");
    socket.destroy();
    return String(answer);
  };
  const key = { "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64") };
  expect(await ask("/ws", key)).toMatch(/^HTTP\/1\.1 101 /);
  for (const headers of [
    { ...key, "Sec-WebSocket-Version": "99" },
    { ...key, "Sec-WebSocket-Key": "x" },
  ]) {
    const answer = await ask("/ws", headers);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("Sec-WebSocket-Version: 13");
    expect(answer).toContain('{"error":"bad-request","message":"This is no WebSocket handshake');
  }
  // The whole URL counts, and not the Host beside it (RFC 9112, section 3.2.2).
  expect(await ask("http://evil.example/ws", key)).toMatch(/^HTTP\/1\.1 403 .*"foreign-host"/s);
  expect(await ask("http://evil.example/healthz", { Upgrade: "h2c" })).toMatch(/^HTTP\/1\.1 403 .*"foreign-host"/s);
  expect(await ask(`http://127.0.0.1:${hub.httpPort}/healthz`, { Upgrade: "h2c" })).toMatch(/^HTTP\/1\.1 200 /);
});

test("MQTT that comes as text is not MQTT over WebSocket", async () => {
  await using hub = await startTestHub();
  const socket = new WebSocket(`${hub.file.http.replace("http", "ws")}/mqtt`, "mqtt");
  await once(socket, "open");
  const answers: unknown[] = [];
  socket.on("message", (data) => answers.push(data));
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  socket.send("\u0010\u000c\u0000\u0004MQTT\u0004\u0002\u0000\u003c\u0000\u0000");
  await closed;
  expect(answers).toEqual([]);
});
