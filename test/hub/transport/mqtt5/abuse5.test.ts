// Violations of MQTT 5: each is answered as the standard requires, ends at most its own connection, and affects no other client.
import { connect as connectTo } from "node:net";
import { generate } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { startTestHub } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { fuzzMqtt } from "../../../support/mqtt/fuzz-mqtt.ts";
import { connectPeer, type MqttPeer, openPeer } from "../../../support/mqtt/mqtt-peer.ts";

const OPEN = { flags: ["--anonymous", "all"] };
const FUZZED_PACKETS = 4_000;
const PUBLISH = { cmd: "publish", topic: "a", payload: "x", qos: 0, dup: false, retain: false } as const;
const EXPIRY = [0x02, 0, 0, 0, 9];
const CONTENT_TYPE = [0x03, 0, 1, 0x61];
const SUBSCRIPTION_ID = [0x0b, 1];
const SUCCESS = 0;
const NOBODY_LISTENS = 0x10;

const NO_LOCAL_SHARE = generate(
  { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "$share/g/a", qos: 1, nl: true }] },
  { protocolVersion: 5 },
);

/** A PUBLISH of QoS 0 with these bytes as its property block. */
function withProperties(properties: readonly number[], length = properties.length): Buffer {
  const rest = [0, 1, 0x61, length, ...properties, 0x78];
  return Buffer.from([0x30, rest.length, ...rest]);
}

/** A SUBSCRIBE with this byte of options, and these properties. */
function subscribeWith(options: number, properties: readonly number[] = []): Buffer {
  const rest = [0, 1, properties.length, ...properties, 0, 1, 0x61, options];
  return Buffer.from([0x82, rest.length, ...rest]);
}

/** Whether anybody listens to it depends on the sessions that there are. */
const isAnswered = async (port: number): Promise<boolean> => {
  await using other = await connectPeer(port);
  return [SUCCESS, NOBODY_LISTENS].includes((await other.publish("a", "x")).reasonCode ?? SUCCESS);
};

describe("a packet that breaks the protocol ends its connection", () => {
  test.each<[string, Buffer, number]>([
    ["a single property twice", withProperties([...EXPIRY, ...EXPIRY]), 0x82],
    ["a text property twice", withProperties([...CONTENT_TYPE, ...CONTENT_TYPE]), 0x82],
    ["a subscription identifier in a PUBLISH", withProperties(SUBSCRIPTION_ID), 0x82],
    ["neither a topic nor an alias", Buffer.from([0x30, 4, 0, 0, 0, 0x78]), 0x82],
    ["neither a topic nor an alias, with QoS 1", Buffer.from([0x32, 6, 0, 0, 0, 1, 0, 0x78]), 0x82],
    ["a length of properties in more bytes than it needs", Buffer.from([0x30, 6, 0, 1, 0x61, 0x80, 0, 0x78]), 0x81],
    [
      "a topic over the hub's limit",
      Buffer.concat([Buffer.from([0x30, 0x84, 8, 4, 1]), Buffer.alloc(1_025, "t"), Buffer.of(0)]),
      0x90,
    ],
    ["a subscription of QoS 3", subscribeWith(3), 0x82],
    ["a subscription with retain handling 3", subscribeWith(0x30), 0x82],
    ["a subscription with reserved options", subscribeWith(0x40), 0x81],
    ["a subscription identifier in more bytes than it needs", subscribeWith(0, [0x0b, 0x81, 0]), 0x81],
    ["a property that does not exist", withProperties([0x7f, 0]), 0x81],
    ["properties longer than the packet", withProperties(EXPIRY, 120), 0x81],
    ["properties that end inside one", withProperties(EXPIRY, 3), 0x81],
    ["a payload format of 2", withProperties([0x01, 2]), 0x82],
    ["a payload format without a value", withProperties([0x01]), 0x81],
    ["a response topic with a wildcard", withProperties([0x08, 0, 1, 0x23]), 0x82],
    ["a response topic without a character", withProperties([0x08, 0, 0]), 0x82],
    ["packet id 0", Buffer.from([0x40, 2, 0, 0]), 0x82],
    ["a packet for clients", Buffer.from([0xd0, 0]), 0x82],
    ["a packet for clients with wrong flags", Buffer.from([0xd2, 0]), 0x81],
    ["a packet too large", Buffer.from([0x82, 0xff, 0xff, 0x7f]), 0x95],
    ["a shared subscription without local messages", NO_LOCAL_SHARE, 0x82],
    ["an alias of 0", generate({ ...PUBLISH, properties: { topicAlias: 0 } }, { protocolVersion: 5 }), 0x94],
    ["an alias too large", generate({ ...PUBLISH, properties: { topicAlias: 65 } }, { protocolVersion: 5 }), 0x94],
    ["an alias of no topic", withProperties([]).fill(0, 2, 4), 0x81],
    ["AUTH", Buffer.from([0xf0, 0]), 0x82],
    ["a second CONNECT", Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 9, 0, 0, 0]), 0x82],
    ["a length that says less than there is", Buffer.from([0x82, 3, 0, 1, 0, 0, 1, 0x61, 0]), 0x82],
  ])("%s", async (_name, bytes, reasonCode) => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    peer.socket.write(bytes);
    const answer = await peer.next("disconnect");
    expect(answer.reasonCode).toBe(reasonCode);
    expect(answer.properties?.reasonString).toMatch(/\w/);
    await peer.closed();
    expect(await isAnswered(hub.mqttPort)).toBe(true);
  });

  test("an unknown alias without a topic", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    peer.send({ ...PUBLISH, topic: "", properties: { topicAlias: 7 } });
    expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x82 });
  });
});

describe("a CONNECT that breaks the protocol is answered in its version of MQTT", () => {
  /** After the header and its length: name, level, flags, keep-alive, properties of MQTT 5. */
  const connect = (level: number, flags: number, ...rest: readonly number[]) =>
    Buffer.from([0x10, 10 + rest.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, level, flags, 0, 60, ...rest]);

  test.each([
    ["5, with its reserved flag", connect(5, 3, 0, 0, 0), [0, 0x81]],
    ["5, with a property twice", connect(5, 2, 6, 0x21, 0, 9, 0x21, 0, 9, 0, 0), [0, 0x82]],
    ["5, with authentication data, but no method", connect(5, 2, 4, 0x16, 0, 1, 0, 0, 0), [0, 0x82]],
    ["a later one", connect(6, 2, 0, 1, 0x61), [0, 0x84]],
    ["an earlier one", connect(2, 2, 0, 1, 0x61), [0, 1]],
    ["3.1.1, which has no code for it", connect(4, 3, 0, 1, 0x61), []],
  ])("%s", async (_version, bytes, codes) => {
    await using hub = await startHubInside(OPEN);
    const socket = connectTo(hub.mqttPort, "127.0.0.1");
    socket.write(bytes);
    const answer = Buffer.concat(await socket.toArray());
    expect([...answer.subarray(2, 4)]).toEqual(codes);
  });
});

describe("a message is acknowledged as its QoS says, or the connection ends", () => {
  test.each([5, 4] as const)("version %i", async (protocolVersion) => {
    await using hub = await startHubInside(OPEN);
    const CASES: readonly (readonly [1 | 2, ...("puback" | "pubrec" | "pubcomp")[]])[] = [
      [1, "pubrec"],
      [1, "pubcomp"],
      [2, "puback"],
      [2, "pubcomp"],
      [2, "pubrec", "puback"],
    ];
    for (const [qos, ...acknowledgements] of CASES) {
      await using peer = await connectPeer(hub.mqttPort, { protocolVersion });
      await peer.subscribe([{ topic: "a", qos }]);
      await using publisher = await connectPeer(hub.mqttPort);
      publisher.send({ ...PUBLISH, qos, messageId: 1 });
      const { messageId = 0 } = await peer.next("publish");
      for (const cmd of acknowledgements) peer.send({ cmd, messageId, reasonCode: 0 });
      if (protocolVersion === 5) expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x82 });
      await peer.closed();
    }
    await using peer = await connectPeer(hub.mqttPort, { protocolVersion });
    for (const cmd of ["puback", "pubrec", "pubcomp"] as const) peer.send({ cmd, messageId: 7, reasonCode: 0 });
    expect(await peer.publish("a", "x"), "of no message: nothing happens").toMatchObject({ messageId: 1 });
  });
});

test("the Maximum Packet Size of a client is respected", async () => {
  await using hub = await startHubInside(OPEN);
  await using tiny = openPeer(hub.mqttPort, { clientId: "t", properties: { maximumPacketSize: 10 } });
  await tiny.closed();
  expect(tiny.received, "not even a CONNACK").toEqual([]);
  await using refused = openPeer(hub.mqttPort, {
    properties: { maximumPacketSize: 20, authenticationMethod: "SCRAM" },
  });
  const { reasonCode, properties } = await refused.next("connack");
  expect([reasonCode, properties?.reasonString], "without words").toEqual([0x8c, undefined]);
  await using small = await connectPeer(hub.mqttPort, { clientId: "s", properties: { maximumPacketSize: 20 } });
  expect(await small.subscribe([{ topic: "a", qos: 1 }])).toEqual([1]);
  small.send({
    cmd: "subscribe",
    messageId: 2,
    subscriptions: Array.from({ length: 20 }, (_, index) => ({ topic: `t/${index}`, qos: 0 as const })),
  });
  expect(await small.next("disconnect")).toMatchObject({ reasonCode: 0x95 });
  await small.closed();
});

test("names of Object.prototype's properties are ordinary names", async () => {
  await using hub = await startHubInside(OPEN);
  const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
  for (const name of names) {
    const session = { clientId: name, clean: false, properties: { sessionExpiryInterval: 60 } };
    await using peer = await connectPeer(hub.mqttPort, session);
    expect(await peer.subscribe([{ topic: name, qos: 1 }])).toEqual([1]);
    expect(await peer.subscribe([{ topic: `$share/${name}/${name}/x`, qos: 1 }])).toEqual([1]);
    await peer.publish(name, "x", { retain: true, properties: { userProperties: { [name]: "1", b: "2" } } });
    const received = await peer.next("publish");
    expect(received.topic).toBe(name);
    expect(Object.entries(received.properties?.userProperties ?? {})).toContainEqual(["b", "2"]);
  }
  for (const name of names) {
    await using again = await connectPeer(hub.mqttPort, { clientId: name, clean: false });
    expect(again.connack.sessionPresent).toBe(true);
  }
});

test.each([5, 4] as const)("version %i: QoS 2 messages in flight are limited", async (protocolVersion) => {
  await using hub = await startHubInside(OPEN);
  await using peer = await connectPeer(hub.mqttPort, { protocolVersion });
  const open = async (first: number, last: number) => {
    const ids = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    peer.send(...ids.map((messageId) => ({ ...PUBLISH, qos: 2 as const, messageId })));
    return ids;
  };
  for (const id of await open(1, 256)) expect((await peer.next("pubrec")).messageId).toBe(id);
  await open(257, 257);
  if (protocolVersion === 5) expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x93 });
  else expect((await peer.next("pubrec")).messageId).toBe(257);
});

test("excessive user properties end the connection, many are forwarded", async () => {
  await using hub = await startHubInside(OPEN);
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([{ topic: "a", qos: 0 }]);
  await using peer = await connectPeer(hub.mqttPort);
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`name${index}`, "v".repeat(50)]));
  await peer.publish("a", "x", { properties: { userProperties: many } });
  expect(Object.keys((await listener.next("publish")).properties?.userProperties ?? {})).toHaveLength(5_000);
  await peer.publish("a", "x", { qos: 1, properties: { userProperties: { big: ["v".repeat(60_000)] } } });
  await listener.next("publish");
  peer.send({ ...PUBLISH, properties: { userProperties: { big: Array(30).fill("v".repeat(60_000)) } } });
  await peer.publish("a", "after");
  expect(String((await listener.next("publish")).payload)).toBe("after");
});

test("each level of a filter counts, most of all behind a wildcard, where it has to be searched", async () => {
  await using hub = await startHubInside(OPEN);
  const heldBytes = async () =>
    Number(/^bramble_held_bytes (\d+)/m.exec(await (await hub.fetch("/metrics")).text())?.[1]);
  await using peer = await connectPeer(hub.mqttPort);
  const LEVELS = 99;
  const FILTERS = 20;
  for (const [level, leastBytes] of [
    ["a", 100],
    ["+", 1_000],
  ] as const) {
    const filters = Array.from({ length: FILTERS }, (_, index) => `${index}${`/${level}`.repeat(LEVELS)}`);
    await peer.subscribe(filters.map((topic) => ({ topic, qos: 0 })));
    hub.clock.advance(60_000);
    expect(await heldBytes()).toBeGreaterThan(FILTERS * LEVELS * leastBytes);
    peer.send({ cmd: "unsubscribe", messageId: 3, unsubscriptions: filters });
    await peer.next("unsuback");
    hub.clock.advance(60_000);
    expect(await heldBytes()).toBeLessThan(FILTERS * 100);
  }
});

test("a client that subscribes to too much is cut, and none of its filters stays", async () => {
  await using hub = await startHubInside(OPEN);
  const LEVELS = 90;
  const filterWith = (place: number) => Array.from({ length: LEVELS }, (_, at) => (at === place ? "a" : "+")).join("/");
  await using greedy = await connectPeer(hub.mqttPort);
  const filters = Array.from({ length: LEVELS }, (_, place) => ({ topic: filterWith(place), qos: 0 as const }));
  greedy.send({ cmd: "subscribe", messageId: 1, subscriptions: filters });
  expect(await greedy.next("disconnect")).toMatchObject({ reasonCode: 0x97 });
  await greedy.closed();
  await using other = await connectPeer(hub.mqttPort);
  const topic = Array.from({ length: LEVELS }, () => "a").join("/");
  expect((await other.publish(topic, "x")).reasonCode).toBe(NOBODY_LISTENS);
});

test("a session that expires with messages in flight is removed with them", async () => {
  await using hub = await startHubInside(OPEN);
  const session = { clientId: "s", clean: false, properties: { sessionExpiryInterval: 5, receiveMaximum: 1 } };
  const beginToRead = async (peer: MqttPeer) => {
    await peer.subscribe([{ topic: "a", qos: 2 }]);
    for (const payload of ["1", "2"]) await peer.publish("a", payload, { messageId: 7 });
    return String((await peer.next("publish")).payload);
  };
  {
    await using peer = await connectPeer(hub.mqttPort, session);
    expect(await beginToRead(peer)).toBe("1");
  }
  hub.clock.advance(6_000);
  await using again = await connectPeer(hub.mqttPort, session);
  expect(again.connack.sessionPresent).toBe(false);
  expect(await beginToRead(again)).toBe("1");
});

test("mutated packets neither crash the hub nor block other clients", { timeout: 120_000 }, async () => {
  await using hub = await startTestHub("--anonymous", "all", "--no-rate-limit");
  const connections = await fuzzMqtt({ port: hub.mqttPort, packets: FUZZED_PACKETS, seed: 5 });
  expect(connections).toBeGreaterThan(10);
  expect(hub.isAlive, hub.output).toBe(true);
  expect(await isAnswered(hub.mqttPort)).toBe(true);
});
