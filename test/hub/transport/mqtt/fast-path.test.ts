// The fast path stores readings and forwards other publishes directly, without visible differences for subscribers or slow disks.
import { join } from "node:path";
import { PassThrough } from "node:stream";
import Database from "better-sqlite3";
import { connectAsync, type MqttClient } from "mqtt";
import { generate } from "mqtt-packet";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import { MessageTap } from "../../../../src/hub/observe/message-tap.ts";
import { AedesBroker } from "../../../../src/hub/transport/mqtt/aedes-broker.ts";
import { MqttFastPath } from "../../../../src/hub/transport/mqtt/fast-path.ts";
import { MessageBus } from "../../../../src/hub/transport/mqtt/messages/message-bus.ts";
import { MqttSession } from "../../../../src/hub/transport/mqtt/session.ts";
import { startAccess } from "../../../support/access.ts";
import { startTestHub } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer } from "../../../support/mqtt/mqtt-peer.ts";
import { until } from "../../../support/until.ts";

const URL_OF = (port: number) => `mqtt://127.0.0.1:${port}`;

/** Resolves once everything that the client sent before has been read. */
function heard(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    const listen = ({ cmd }: { cmd: string }) => {
      if (cmd !== "pingresp") return;
      client.off("packetreceive", listen);
      resolve();
    };
    client.on("packetreceive", listen);
    client.sendPing();
  });
}

test("a subscriber receives readings while subscribed, and all are stored", async () => {
  await using hub = await startTestHub("--anonymous", "all");
  const device = await connectAsync(URL_OF(hub.mqttPort));
  const listener = await connectAsync(URL_OF(hub.mqttPort));
  const received: string[] = [];
  listener.on("message", (_topic, payload) => received.push(payload.toString()));
  const send = (value: number) => device.publishAsync("sensor/pi/data", `{"t":${value}}`, { qos: 1 });

  await send(1);
  await listener.subscribeAsync("sensor/+/data");
  await send(2);
  await until("the reading", async () => (received.length === 1 ? true : undefined));
  await listener.unsubscribeAsync("sensor/+/data");
  await send(3);
  await listener.subscribeAsync("#");
  await send(4);
  await until("the reading after", async () => (received.length === 2 ? true : undefined));
  expect(received).toEqual(['{"t":2}', '{"t":4}']);
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ value }) => value)).toEqual([4, 3, 2, 1]);
  await Promise.all([device.endAsync(), listener.endAsync()]);
});

test("a client that waits for a slow disk does not time out", async () => {
  await using hub = await startHubInside();
  const client = await connectAsync(URL_OF(hub.mqttPort), { keepalive: 10, reconnectPeriod: 0 });
  // Another program holds the database: the commit has to wait.
  const other = new Database(join(hub.path, "bramble.db"));
  other.exec("BEGIN IMMEDIATE");
  const acknowledged = client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
  await heard(client);
  hub.clock.advance(30_000);
  other.exec("ROLLBACK");
  other.close();
  await acknowledged;
  expect(client.connected).toBe(true);

  const closed = new Promise((resolve) => client.once("close", () => resolve("cut off")));
  hub.clock.advance(30_000);
  expect(await closed).toBe("cut off");
  await client.endAsync(true);
});

test("messages of a client are forwarded and acknowledged in order, stored or not", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  await using listener = await connectPeer(hub.mqttPort, { clientId: "listener" });
  await listener.subscribe([{ topic: "#", qos: 1 }]);
  await using client = await connectPeer(hub.mqttPort, { clientId: "client" });
  const topics = ["sensor/pi/data", "home/lamp", "sensor/pi/data", "bramble/pi/command", "home/lamp"];
  const packets = topics.map((topic, index) => {
    const message = {
      topic,
      payload: `{"t":${index}}`,
      qos: 1,
      messageId: index + 1,
      dup: false,
      retain: false,
    } as const;
    return generate({ cmd: "publish", ...message }, { protocolVersion: 5 });
  });
  client.socket.write(Buffer.concat(packets));
  for (const [index, topic] of topics.entries()) {
    expect((await client.next("puback")).messageId).toBe(index + 1);
    const { payload, messageId = 0, ...message } = await listener.next("publish");
    expect([message.topic, payload.toString()]).toEqual([topic, `{"t":${index}}`]);
    listener.send({ cmd: "puback", messageId });
  }
});

test("a subscriber of QoS 1 gets messages as it acknowledges, without loss", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  await using listener = await connectPeer(hub.mqttPort, { clientId: "listener", properties: { receiveMaximum: 2 } });
  await listener.subscribe([{ topic: "home/#", qos: 1 }]);
  await using client = await connectPeer(hub.mqttPort, { clientId: "client" });
  for (let sent = 1; sent <= 6; sent++) await client.publish("home/lamp", String(sent));
  const acknowledgements = [];
  for (let count = 1; count <= 6; count++) {
    const { payload, messageId = 0 } = await listener.next("publish");
    expect(payload.toString()).toBe(String(count));
    acknowledgements.push(messageId);
    if (count % 2 > 0) continue;
    expect(listener.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
    // Both in one read.
    listener.socket.write(
      Buffer.concat(acknowledgements.splice(0).map((id) => generate({ cmd: "puback", messageId: id }))),
    );
  }
});

test("nothing is handled after an acknowledgement that ends its connection", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  await using other = await connectPeer(hub.mqttPort, { clientId: "other" });
  await other.subscribe([{ topic: "home/#", qos: 0 }]);
  await using client = await connectPeer(hub.mqttPort, { clientId: "client" });
  await client.subscribe([{ topic: "command", qos: 2 }]);
  other.send({ cmd: "publish", topic: "command", payload: "x", qos: 2, messageId: 1, dup: false, retain: false });
  const { messageId = 0 } = await client.next("publish");
  const behind = { topic: "home/lamp", payload: "behind", qos: 0, dup: false, retain: false } as const;
  // A message of QoS 2 is answered with PUBREC.
  client.socket.write(
    Buffer.concat([
      generate({ cmd: "puback", messageId }),
      generate({ cmd: "publish", ...behind }, { protocolVersion: 5 }),
    ]),
  );
  expect((await client.next("disconnect")).reasonCode).toBe(0x82);
  await client.closed();
  await other.publish("home/lamp", "later", { messageId: 2 });
  expect((await other.next("publish")).payload.toString()).toBe("later");
});

test("a turn handles fewer messages the more subscribers they have", async () => {
  await using access = await startAccess({ anonymous: "all" });
  const bus = new MessageBus(new AedesBroker());
  const budget = new Budget(512 * 1024 * 1024);
  const share = budget.open({ resume: () => undefined, cut: () => undefined });
  const path = new MqttFastPath({
    bus,
    onPublish: () => expect.unreachable("it is none of the hub's"),
    authority: access.access.topics,
    diagnostics: { forbidden: () => expect.unreachable("it is allowed") },
    tap: new MessageTap(),
    log: pino({ level: "silent" }),
  });
  const socket = new PassThrough();
  const session = new MqttSession({ id: "mqtt:1", address: "192.168.1.7", socket, share, onEnded: () => undefined });
  const bytes = generate({ cmd: "publish", topic: "home/lamp", payload: "on", qos: 0, dup: false, retain: false });
  const packet = { bytes, header: bytes[0] ?? 0, start: 2, end: bytes.length };
  let delivered = 0;
  const subscription = { filter: "#", qos: 0, noLocal: false, retainAsPublished: false, id: undefined } as const;
  for (let subscribers = 0; subscribers < 1_000; subscribers++)
    bus.subscribe("#", { receive: () => void delivered++ }, subscription);
  while (budget.hasRoom) expect(path.take(session, packet)).toBe(true);
  await Promise.resolve();
  expect(delivered).toBeGreaterThanOrEqual(1_000);
  expect(delivered).toBeLessThan(10_000);
});
