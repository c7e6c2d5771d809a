// Arbitrary bytes on any port, before and after authentication: the hub survives, serves others, and stores nothing that was not sent.
// Each run mutates real client traffic: changed, cut, repeated, or moved.
import { connect } from "node:net";
import fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ReadingsPage } from "../../../src/shared/api.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

const RUNS = 150;
/** Sockets of one run, at once. */
const MAX_PIECES = 4;
const ANSWER_TIME_MS = 40;

const changed = (sound: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...sound), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(4_000), fc.nat(255)), { maxLength: 6 }),
      fc.nat(400),
      fc.uint8Array({ maxLength: 64 }),
    )
    .map(([parts, changes, cut, tail]) => {
      const bytes = Buffer.concat([...parts, tail]);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return cut < 200 ? bytes.subarray(0, bytes.length - Math.min(bytes.length - 1, cut)) : bytes;
    });

/** Sends it in pieces, and waits for what comes of it. */
async function send(port: number, bytes: Buffer, pieces: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), closed]);
  const step = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += step) {
    socket.write(bytes.subarray(at, at + step));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ANSWER_TIME_MS))]);
  socket.destroy();
}

async function isSound(hub: TestHub): Promise<void> {
  expect(hub.isAlive).toBe(true);
  const health = await fetch(`${hub.file.http}/healthz`, { signal: AbortSignal.timeout(30_000) });
  expect(((await health.json()) as { status: string }).status).toBe("ok");
  const { readings } = await hub.json<ReadingsPage>("/api/v1/readings?device=keyed");
  expect(readings, "of a device with a key, which nobody showed").toEqual([]);
}

const http = (text: string) => Buffer.from(text.replaceAll("\n", "\r\n"));
const BODY = '{"device_id":"keyed","t":1,"nested":{"a":[1,2]},"text":"ON"}';
const HTTP_REQUESTS = [
  http("GET /healthz HTTP/1.1\nHost: localhost\n\n"),
  http(
    `POST /data HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: ${BODY.length}\n\n${BODY}`,
  ),
  http('POST /data?device=keyed HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n7\n{"t":1}\n0\n\n'),
  http(
    "GET /api/v1/devices HTTP/1.1\nHost: localhost\nAuthorization: Bearer eyJhbGciOiJub25lIn0.e30.\nCookie: bramble_session=x\n\n",
  ),
  http(
    'PATCH /api/v1/devices/keyed HTTP/1.1\nHost: localhost\nX-API-Key: brk_x\nX-Forwarded-For: 127.0.0.1, ::1\nForwarded: for="[::1]"\nContent-Length: 2\n\n{}',
  ),
  http(
    'POST /api/v1/session HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 29\n\n{"link":"__proto__","share":1}',
  ),
  http(
    "GET /mqtt HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Protocol: mqtt\n\n",
  ),
  http(
    "GET /ws?device=keyed HTTP/1.1\nHost: localhost\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n",
  ),
  Buffer.from("PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n"),
  Buffer.concat([
    Buffer.from("\r\n\r\n\0\r\nQUIT\n"),
    Buffer.from([0x21, 0x11, 0, 12, 203, 0, 113, 7, 127, 0, 0, 1, 0, 1, 0, 2]),
  ]),
];

const will = { topic: "bramble/keyed/status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;
const MQTT_PACKETS = [
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId: "fuzz",
    clean: true,
    keepalive: 0,
    will,
  }),
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 5,
    clientId: "constructor",
    clean: false,
    keepalive: 9,
  }),
  generate({
    cmd: "connect",
    protocolId: "MQIsdp",
    protocolVersion: 3,
    clientId: "keyed",
    clean: true,
    keepalive: 9,
    username: "keyed",
    password: Buffer.from("x".repeat(43)),
  }),
  generate({ cmd: "publish", topic: "sensor/data", payload: BODY, qos: 1, messageId: 7, dup: false, retain: false }),
  generate({
    cmd: "publish",
    topic: "bramble/keyed/readings",
    payload: BODY,
    qos: 2,
    messageId: 8,
    dup: true,
    retain: true,
  }),
  generate({ cmd: "publish", topic: "sensor/keyed/data", payload: BODY, qos: 0, dup: false, retain: false }),
  generate({ cmd: "publish", topic: "$SYS/__proto__", payload: "", qos: 0, dup: false, retain: true }),
  generate({ cmd: "pubrel", messageId: 8 }),
  generate({
    cmd: "subscribe",
    messageId: 9,
    subscriptions: [
      { topic: "#", qos: 2 },
      { topic: "bramble/keyed/command", qos: 1 },
      { topic: "$share/a/+", qos: 0 },
    ],
  }),
  generate({ cmd: "unsubscribe", messageId: 10, unsubscriptions: ["#", "__proto__"] }),
  generate({ cmd: "pingreq" }),
  generate({ cmd: "disconnect" }),
];

test.each([
  ["HTTP", HTTP_REQUESTS, (hub: TestHub) => hub.httpPort],
  ["MQTT", MQTT_PACKETS, (hub: TestHub) => hub.mqttPort],
] as const)(
  "nothing that arrives on the %s port takes the hub down",
  { timeout: 120_000 },
  async (_, sound, portOf) => {
    await using hub = await startTestHub();
    await (await hub.fetch("/api/v1/devices/keyed/key", { method: "POST" })).json();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(changed(sound), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: MAX_PIECES }),
        async (all) => {
          await Promise.all(all.map(([bytes, pieces]) => send(portOf(hub), bytes, pieces)));
          expect(hub.isAlive).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    await isSound(hub);
  },
);

test("nothing that arrives on a WebSocket takes the hub down", { timeout: 120_000 }, async () => {
  await using hub = await startTestHub();
  await hub.fetch("/api/v1/devices/keyed/key", { method: "POST" });
  const messages = [
    `{"type":"reading","device_id":"keyed","t":1,"seq":1}`,
    `{"type":"reply","id":"constructor","ok":true,"value":null}`,
    `{"type":"ack","seq":{}}`,
    `[${BODY},${BODY}]`,
    `{"__proto__":{"type":"reading"},"seq":"x"}`,
  ].map((text) => Buffer.from(text));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("/ws", "/ws?device=keyed", "/ws?device=__proto__", "/mqtt"),
      fc.array(fc.tuple(changed([...messages, ...MQTT_PACKETS]), fc.boolean()), { maxLength: 6 }),
      async (path, all) => {
        const protocols = path === "/mqtt" ? ["mqtt"] : [];
        const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}${path}`, protocols);
        socket.on("error", () => undefined);
        const closed = new Promise((resolve) => socket.once("close", resolve));
        await Promise.race([new Promise((resolve) => socket.once("open", resolve)), closed]);
        for (const [bytes, binary] of all) socket.send(bytes, { binary }, () => undefined);
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ANSWER_TIME_MS))]);
        socket.terminate();
        expect(hub.isAlive).toBe(true);
      },
    ),
    { numRuns: RUNS },
  );
  await isSound(hub);
});
