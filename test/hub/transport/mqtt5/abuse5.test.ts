// MQTT 5 as nobody should speak it: each is answered as the standard says, ends its own connection at most, and costs no other
// client anything.
import { generate } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { startTestHub } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { fuzzMqtt } from "../../../support/mqtt/fuzz-mqtt.ts";
import { connectPeer, type MqttPeer } from "../../../support/mqtt/mqtt-peer.ts";

const OPEN = { flags: ["--anonymous", "all"] };
const FUZZED_PACKETS = 4_000;
const PUBLISH = { cmd: "publish", topic: "a", payload: "x", qos: 0, dup: false, retain: false } as const;
const EXPIRY = [0x02, 0, 0, 0, 9];
const CONTENT_TYPE = [0x03, 0, 1, 0x61];
const SUBSCRIPTION_ID = [0x0b, 1];

/** A PUBLISH of QoS 0 with these bytes as its property block. */
function withProperties(properties: readonly number[], length = properties.length): Buffer {
  const rest = [0, 1, 0x61, length, ...properties, 0x78];
  return Buffer.from([0x30, rest.length, ...rest]);
}

const isAnswered = async (port: number): Promise<boolean> => {
  await using other = await connectPeer(port);
  return (await other.publish("a", "x")).reasonCode === 0;
};

describe("a packet that breaks the protocol ends its connection", () => {
  test.each<[string, Buffer, number]>([
    ["a single property twice", withProperties([...EXPIRY, ...EXPIRY]), 0x81],
    ["a text property twice", withProperties([...CONTENT_TYPE, ...CONTENT_TYPE]), 0x81],
    ["a subscription identifier in a PUBLISH", withProperties(SUBSCRIPTION_ID), 0x81],
    ["a property that does not exist", withProperties([0x7f, 0]), 0x81],
    ["properties longer than the packet", withProperties(EXPIRY, 120), 0x81],
    ["properties that end inside one", withProperties(EXPIRY, 3), 0x81],
    ["a payload format of 2", withProperties([0x01, 2]), 0x81],
    ["an alias of 0", generate({ ...PUBLISH, properties: { topicAlias: 0 } }, { protocolVersion: 5 }), 0x94],
    ["an alias too large", generate({ ...PUBLISH, properties: { topicAlias: 65 } }, { protocolVersion: 5 }), 0x94],
    ["an alias of no topic", withProperties([]).fill(0, 2, 4), 0x81],
    ["AUTH", Buffer.from([0xf0, 0]), 0x81],
    ["a second CONNECT", Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 9, 0, 0, 0]), 0x81],
    ["a length that says less than there is", Buffer.from([0x82, 3, 0, 1, 0, 0, 1, 0x61, 0]), 0x81],
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

  test("an unknown alias, where there is no topic", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    peer.send({ ...PUBLISH, topic: "", properties: { topicAlias: 7 } });
    expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x82 });
  });
});

test("names of what every object has are names like others", async () => {
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

test.each([5, 4] as const)("version %i: of open QoS 2 messages there is a most", async (protocolVersion) => {
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

test("user properties without an end are cut off, many are passed on", async () => {
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

test("a session that expires while its window is open is forgotten, and its window with it", async () => {
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

test("mutated packets end no hub, and keep nobody from it", { timeout: 120_000 }, async () => {
  await using hub = await startTestHub("--anonymous", "all", "--no-rate-limit");
  const connections = await fuzzMqtt({ port: hub.mqttPort, packets: FUZZED_PACKETS, seed: 5 });
  expect(connections).toBeGreaterThan(10);
  expect(hub.isAlive, hub.output).toBe(true);
  expect(await isAnswered(hub.mqttPort)).toBe(true);
});
