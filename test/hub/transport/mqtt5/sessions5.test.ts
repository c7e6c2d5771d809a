// Packets and sessions that end in unlucky order: releases, members of shared groups, revoked keys, and a hub that stops.
import { generate, type Packet } from "mqtt-packet";
import { expect, test } from "vitest";
import type { NewApiKey } from "../../../../src/shared/security/access.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer, type MqttPeer } from "../../../support/mqtt/mqtt-peer.ts";
import { until } from "../../../support/until.ts";

const OPEN = { flags: ["--anonymous", "all"] };
const SESSION = { clean: false, properties: { sessionExpiryInterval: 600 } };

/** Resolves with the texts of the messages that came before one on the topic “end”. */
async function heardBy(peer: MqttPeer, hub: HubInside): Promise<string[]> {
  await using other = await connectPeer(hub.mqttPort);
  await other.publish("end", "end");
  const heard: string[] = [];
  for (;;) {
    const { topic, payload, qos, messageId = 0 } = await peer.next("publish");
    if (qos === 1) peer.send({ cmd: "puback", messageId, reasonCode: 0 });
    if (topic === "end") return heard;
    heard.push(String(payload));
  }
}

async function keyOf(hub: HubInside, role: string) {
  const made = await hub.fetch("/api/v1/api-keys", { method: "POST", body: JSON.stringify({ name: role, role }) });
  const { id, key }: NewApiKey = await made.json();
  return { id, login: { username: "x", password: Buffer.from(key) } };
}

test.each([5, 4] as const)("version %i: a PUBREL right behind its PUBLISH waits for the verdict", async (version) => {
  await using hub = await startHubInside(OPEN);
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([
    { topic: "sensor/pi/data", qos: 0 },
    { topic: "end", qos: 0 },
  ]);
  await using peer = await connectPeer(hub.mqttPort, { protocolVersion: version, clientId: "hasty" });
  const bytes = (...packets: readonly Packet[]) =>
    Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: version })));
  const publish = { cmd: "publish", topic: "sensor/pi/data", payload: '{"t":1}', qos: 2, messageId: 7 } as const;
  const both = bytes({ ...publish, dup: false, retain: false }, { cmd: "pubrel", messageId: 7, reasonCode: 0 });
  for (let times = 0; times < 2; times++) {
    peer.socket.write(both);
    await until("both answers", async () => (peer.received.length >= 2 ? true : undefined));
    expect(peer.received.splice(0)).toMatchObject([
      { cmd: "pubrec", messageId: 7 },
      { cmd: "pubcomp", messageId: 7 },
    ]);
  }
  expect(await heardBy(listener, hub), "the id is free again").toEqual(['{"t":1}', '{"t":1}']);
});

test("a message of a shared group goes to another member, also where its first one has reconnected meanwhile", async () => {
  await using hub = await startHubInside(OPEN);
  const shared = { topic: "$share/g/jobs", qos: 1 } as const;
  await using publisher = await connectPeer(hub.mqttPort);
  {
    await using first = await connectPeer(hub.mqttPort, { ...SESSION, clientId: "first" });
    await first.subscribe([shared]);
    await publisher.publish("jobs", "job");
    await first.next("publish");
  }
  {
    await using again = await connectPeer(hub.mqttPort, { ...SESSION, clientId: "first" });
    await again.next("publish");
    again.send({ cmd: "unsubscribe", messageId: 3, unsubscriptions: [shared.topic] });
    await again.next("unsuback");
  }
  await using second = await connectPeer(hub.mqttPort);
  await second.subscribe([shared, { topic: "end", qos: 1 }]);
  await using _fresh = await connectPeer(hub.mqttPort, { clientId: "first" });
  expect(await heardBy(second, hub)).toEqual(["job"]);
});

test("the will of a client whose key is revoked is not published, be it connected or away", async () => {
  await using hub = await startHubInside(OPEN);
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([
    { topic: "will/+", qos: 1 },
    { topic: "end", qos: 1 },
  ]);
  const { id, login } = await keyOf(hub, "operator");
  const willOf = (name: string, willDelayInterval: number) => ({
    ...{ topic: `will/${name}`, payload: Buffer.from(name), qos: 1 as const, retain: false },
    properties: { willDelayInterval },
  });
  {
    await using _away = await connectPeer(hub.mqttPort, {
      ...SESSION,
      ...login,
      clientId: "away",
      will: willOf("away", 30),
    });
  }
  await using here = await connectPeer(hub.mqttPort, { ...login, clientId: "here", will: willOf("here", 0) });
  await using later = await connectPeer(hub.mqttPort, {
    ...SESSION,
    ...login,
    clientId: "later",
    will: willOf("later", 30),
  });
  await hub.fetch(`/api/v1/api-keys/${id}`, { method: "DELETE" });
  for (const peer of [here, later]) {
    expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x87 });
    await peer.closed();
  }
  hub.clock.advance(60_000);
  expect(await heardBy(listener, hub)).toEqual([]);
});

test("wills are published when the hub stops, as sessions end with it", async () => {
  await using hub = await startHubInside(OPEN);
  const willOf = (name: string, willDelayInterval: number) => ({
    ...{ topic: `will/${name}`, payload: Buffer.from(name), qos: willDelayInterval > 0 ? (1 as const) : (0 as const) },
    retain: true,
    properties: { willDelayInterval },
  });
  await using _here = await connectPeer(hub.mqttPort, { clientId: "here", will: willOf("here", 0) });
  {
    await using _away = await connectPeer(hub.mqttPort, { ...SESSION, clientId: "away", will: willOf("away", 30) });
  }
  await using _later = await connectPeer(hub.mqttPort, { ...SESSION, clientId: "later", will: willOf("later", 30) });
  await hub.restart();
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([{ topic: "will/+", qos: 1 }]);
  const kept = [await listener.next("publish"), await listener.next("publish"), await listener.next("publish")];
  expect(kept.map(({ payload }) => String(payload)).toSorted()).toEqual(["away", "here", "later"]);
});

test("who subscribes right behind a retained message of QoS 0 gets it once", async () => {
  await using hub = await startHubInside(OPEN);
  await using publisher = await connectPeer(hub.mqttPort);
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([{ topic: "end", qos: 0 }]);
  const rounds = ["1", "2", "3", "4", "5"];
  for (const topic of rounds) {
    publisher.send({ cmd: "publish", topic, payload: topic, qos: 0, dup: false, retain: true });
    expect(await listener.subscribe([{ topic, qos: 0 }])).toEqual([0]);
  }
  expect(await heardBy(listener, hub)).toEqual(rounds);
});
