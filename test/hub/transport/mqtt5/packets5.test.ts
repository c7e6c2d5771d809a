// MQTT 5 packet by packet: what each property and option of a client does. Times are those of a clock that the test turns.
import type { IPublishPacket, ISubscription } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer, type MqttPeer, openPeer } from "../../../support/mqtt/mqtt-peer.ts";

const OPEN = { flags: ["--anonymous", "all"] };
const filter = (topic: string, options: Partial<ISubscription> = {}): ISubscription => ({ topic, qos: 1, ...options });
const shown = ({ topic, payload, retain, qos }: IPublishPacket) => ({ topic, payload: String(payload), retain, qos });
/** Acknowledges one message, and answers it. */
async function take(peer: MqttPeer): Promise<IPublishPacket> {
  const packet = await peer.next("publish");
  if (packet.qos === 1) peer.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 0 });
  return packet;
}

describe("a connection", () => {
  test("gets the hub's limits, an assigned id, and the server keep-alive", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort, { keepalive: 120 });
    expect(peer.connack).toMatchObject({
      reasonCode: 0,
      sessionPresent: false,
      properties: {
        receiveMaximum: 256,
        maximumPacketSize: 1024 * 1024,
        topicAliasMaximum: 64,
        serverKeepAlive: 60,
        assignedClientIdentifier: expect.stringMatching(/^bramble-/),
      },
    });
    await using own = await connectPeer(hub.mqttPort, { keepalive: 30, clientId: "own" });
    expect(own.connack.properties).not.toHaveProperty("serverKeepAlive");
    expect(own.connack.properties).not.toHaveProperty("assignedClientIdentifier");
    hub.clock.advance(46_000);
    expect(await own.next("disconnect")).toMatchObject({ reasonCode: 0x8d });
    await own.closed();
    expect(peer.isClosed).toBe(false);
  });

  test.each([
    [{ receiveMaximum: 0 }, 0x82],
    [{ maximumPacketSize: 0 }, 0x82],
    [{ authenticationMethod: "SCRAM" }, 0x8c],
  ])("with %o is refused with a code and words", async (properties, reasonCode) => {
    await using hub = await startHubInside(OPEN);
    await using peer = openPeer(hub.mqttPort, { properties });
    expect(await peer.next("connack")).toMatchObject({
      reasonCode,
      properties: { reasonString: expect.stringMatching(/\w/) },
    });
    await peer.closed();
  });

  test("without a key that it needs is refused with 0x87, with a wrong one with 0x86", async () => {
    await using hub = await startHubInside({ flags: ["--anonymous", "none"] });
    await using nobody = openPeer(hub.mqttPort);
    expect(await nobody.next("connack")).toMatchObject({ reasonCode: 0x87 });
    await hub.fetch("/api/v1/devices/pi1/key", { method: "POST" });
    await using guess = openPeer(hub.mqttPort, { username: "pi1", password: Buffer.from("guess-guess-guess-guess") });
    expect(await guess.next("connack")).toMatchObject({ reasonCode: 0x86 });
  });

  test("whose rights change gets a reason", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    await peer.subscribe([filter("sensor/pi1/data")]);
    await hub.fetch("/api/v1/devices/pi1/key", { method: "POST" });
    expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x87 });
    await peer.closed();
  });
});

describe("a session", () => {
  const session = { clientId: "s", clean: false, properties: { sessionExpiryInterval: 60 } };

  test("is resumed before its expiry, with the queued messages in order", async () => {
    await using hub = await startHubInside(OPEN);
    await using publisher = await connectPeer(hub.mqttPort);
    {
      await using first = await connectPeer(hub.mqttPort, session);
      expect(first.connack.sessionPresent).toBe(false);
      await first.subscribe([filter("a/#")]);
    }
    for (const [index, text] of ["1", "2", "3"].entries()) await publisher.publish(`a/${index}`, text);
    hub.clock.advance(59_000);
    {
      await using again = await connectPeer(hub.mqttPort, session);
      expect(again.connack.sessionPresent).toBe(true);
      const packets = [await take(again), await take(again), await take(again)];
      expect(packets.map(shown).map(({ payload }) => payload)).toEqual(["1", "2", "3"]);
      again.send({ cmd: "disconnect", reasonCode: 0 });
      await again.closed();
    }
    hub.clock.advance(61_000);
    await using late = await connectPeer(hub.mqttPort, session);
    expect(late.connack.sessionPresent).toBe(false);
  });

  test("has its expiry changed by DISCONNECT", async () => {
    await using hub = await startHubInside(OPEN);
    const leave = async (sessionExpiryInterval: number) => {
      await using peer = await connectPeer(hub.mqttPort, session);
      peer.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval } });
      await peer.closed();
      return peer.connack.sessionPresent;
    };
    expect(await leave(600)).toBe(false);
    hub.clock.advance(300_000);
    expect(await leave(0)).toBe(true);
    expect(await leave(0)).toBe(false);
    await using short = await connectPeer(hub.mqttPort, { clientId: "short" });
    short.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 5 } });
    expect(await short.next("disconnect"), "one that asked for none cannot ask now").toMatchObject({
      reasonCode: 0x82,
    });
  });

  test("expires after a week at most, as CONNACK says", async () => {
    await using hub = await startHubInside(OPEN);
    const properties = { sessionExpiryInterval: 0xffffffff };
    await using peer = await connectPeer(hub.mqttPort, { ...session, properties });
    expect(peer.connack.properties).toMatchObject({ sessionExpiryInterval: 7 * 86_400 });
  });

  test("is not resumed by another principal, nor taken from an authenticated one, and ends when its key is revoked", async () => {
    await using hub = await startHubInside(OPEN);
    const made = await hub.fetch("/api/v1/api-keys", {
      method: "POST",
      body: JSON.stringify({ name: "reader", role: "viewer" }),
    });
    const { id, key }: { id: string; key: string } = await made.json();
    const own = { ...session, username: "x", password: Buffer.from(key) };
    {
      await using anonymous = await connectPeer(hub.mqttPort, session);
      await anonymous.subscribe([filter("a/#")]);
    }
    await using proven = await connectPeer(hub.mqttPort, own);
    expect(proven.connack.sessionPresent).toBe(false);
    await proven.subscribe([filter("a/#")]);
    proven.socket.destroy();
    await proven.closed();
    await using thief = openPeer(hub.mqttPort, session);
    expect(await thief.next("connack")).toMatchObject({ reasonCode: 0x87 });
    {
      await using again = await connectPeer(hub.mqttPort, own);
      expect(again.connack.sessionPresent).toBe(true);
    }
    await hub.fetch(`/api/v1/api-keys/${id}`, { method: "DELETE" });
    await using free = await connectPeer(hub.mqttPort, session);
    expect(free.connack.sessionPresent).toBe(false);
  });

  test("resends unacknowledged messages, except those no longer allowed", async () => {
    await using hub = await startHubInside(OPEN);
    await using publisher = await connectPeer(hub.mqttPort);
    let first: number | undefined;
    {
      await using peer = await connectPeer(hub.mqttPort, session);
      await peer.subscribe([filter("#", { qos: 2 })]);
      await publisher.publish("a/b", "x");
      ({ messageId: first } = await peer.next("publish"));
    }
    await publisher.publish("sensor/pi1/state", "secret");
    await publisher.publish("a/c", "y");
    await hub.fetch("/api/v1/devices/pi1/key", { method: "POST" });
    await using again = await connectPeer(hub.mqttPort, session);
    const packet = await take(again);
    expect(packet).toMatchObject({ topic: "a/b", dup: true, messageId: first });
  });

  test("resumes QoS 2 handshakes in both directions", async () => {
    await using hub = await startHubInside(OPEN);
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([filter("a/b", { qos: 2 })]);
    const publish = { cmd: "publish", topic: "a/b", payload: "x", qos: 2, messageId: 5, retain: false } as const;
    {
      await using peer = await connectPeer(hub.mqttPort, session);
      peer.send({ ...publish, dup: false });
      expect(await peer.next("pubrec")).toMatchObject({ messageId: 5, reasonCode: 0 });
    }
    const { messageId = 0 } = await listener.next("publish");
    listener.send({ cmd: "pubrec", messageId, reasonCode: 0 });
    expect(await listener.next("pubrel")).toMatchObject({ messageId, reasonCode: 0 });
    listener.send({ cmd: "pubcomp", messageId, reasonCode: 0 });
    await using again = await connectPeer(hub.mqttPort, session);
    again.send({ ...publish, dup: true });
    await again.next("pubrec");
    again.send({ cmd: "pubrel", messageId: 5, reasonCode: 0 });
    expect(await again.next("pubcomp")).toMatchObject({ messageId: 5, reasonCode: 0 });
    again.send({ cmd: "pubrel", messageId: 5, reasonCode: 0 });
    expect(await again.next("pubcomp"), "released already").toMatchObject({ messageId: 5, reasonCode: 0 });
    again.send({ cmd: "pubrec", messageId: 77, reasonCode: 0 });
    expect(await again.next("pubrel"), "never sent").toMatchObject({ messageId: 77, reasonCode: 0x92 });
    await again.publish("a/b", "end");
    expect(shown(await listener.next("publish")).payload).toBe("end");
  });
});

test("a message of QoS 1 for which there is nobody is acknowledged so", async () => {
  await using hub = await startHubInside(OPEN);
  await using publisher = await connectPeer(hub.mqttPort);
  const code = async (topic: string, retain: boolean) =>
    (await publisher.publish(topic, '{"t":1}', { retain })).reasonCode;
  const codes = async () => [await code("a", false), await code("a", true), await code("sensor/pi/data", false)];
  expect(await codes()).toEqual([0x10, 0x10, 0]);
  await using listener = await connectPeer(hub.mqttPort);
  await listener.subscribe([filter("a")]);
  expect(await codes()).toEqual([0, 0, 0]);
});

describe("subscriptions", () => {
  test("overlapping ones yield one copy, with the highest QoS and all identifiers", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    await peer.subscribe([filter("a/+", { qos: 0 })], { subscriptionIdentifier: 1 });
    await peer.subscribe([filter("a/b")], { subscriptionIdentifier: 2 });
    await peer.subscribe([filter("#", { qos: 0 })]);
    await peer.publish("a/b", "x");
    const packet = await take(peer);
    expect(packet.qos).toBe(1);
    expect([packet.properties?.subscriptionIdentifier].flat().toSorted()).toEqual([1, 2]);
    await peer.publish("a/end", "end");
    expect(shown(await take(peer)).payload).toBe("end");
  });

  test("no local: none of the client's own messages", async () => {
    await using hub = await startHubInside(OPEN);
    await using one = await connectPeer(hub.mqttPort);
    await using other = await connectPeer(hub.mqttPort);
    await one.subscribe([filter("a", { nl: true })]);
    await one.publish("a", "own");
    await other.publish("a", "other's");
    expect(shown(await take(one)).payload).toBe("other's");
  });

  test("retain as published, and retain handling", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    await peer.subscribe([filter("a", { rap: true }), filter("b")]);
    for (const [topic, retain] of [
      ["a", true],
      ["a", false],
      ["b", true],
    ] as const)
      await peer.publish(topic, "x", { retain });
    expect([shown(await take(peer)), shown(await take(peer)), shown(await take(peer))]).toMatchObject([
      { topic: "a", retain: true },
      { topic: "a", retain: false },
      { topic: "b", retain: false },
    ]);
    const retainedOf = async (rh: 0 | 1 | 2, of: MqttPeer) => {
      await of.subscribe([filter("a", { rh })]);
      await of.publish("end", "end");
      const packets: string[] = [];
      for (;;) {
        const { topic } = await take(of);
        if (topic === "end") return packets;
        packets.push(topic);
      }
    };
    await using fresh = await connectPeer(hub.mqttPort);
    await fresh.subscribe([filter("end")]);
    expect(await retainedOf(2, fresh)).toEqual([]);
    expect(await retainedOf(1, fresh), "it is not new").toEqual([]);
    expect(await retainedOf(0, fresh)).toEqual(["a"]);
    fresh.send({ cmd: "unsubscribe", messageId: 3, unsubscriptions: ["a", "nothing"] });
    expect(await fresh.next("unsuback")).toMatchObject({ granted: [0, 0x11] });
    expect(await retainedOf(1, fresh)).toEqual(["a"]);
  });

  test("shared ones: connected members first, then the others", async () => {
    await using hub = await startHubInside(OPEN);
    const session = { clientId: "away", clean: false, properties: { sessionExpiryInterval: 60 } };
    const shared = filter("$share/g/jobs");
    {
      await using away = await connectPeer(hub.mqttPort, session);
      await away.subscribe([shared]);
      away.send({ cmd: "disconnect", reasonCode: 0 });
      await away.closed();
    }
    await using publisher = await connectPeer(hub.mqttPort);
    {
      await using present = await connectPeer(hub.mqttPort);
      await present.subscribe([shared]);
      for (const text of ["1", "2", "3"]) {
        await publisher.publish("jobs", text);
        expect(String((await take(present)).payload)).toBe(text);
      }
      present.send({ cmd: "disconnect", reasonCode: 0 });
      await present.closed();
    }
    await publisher.publish("jobs", "4");
    await using back = await connectPeer(hub.mqttPort, session);
    expect(back.connack.sessionPresent).toBe(true);
    expect(String((await take(back)).payload), "nothing that another had").toBe("4");
  });

  test("shared ones: of any version of MQTT", async () => {
    await using hub = await startHubInside(OPEN);
    await using older = await connectPeer(hub.mqttPort, { protocolVersion: 4 });
    expect(await older.subscribe([filter("$share/g/jobs"), filter("$share/g")])).toEqual([1, 0x80]);
    await older.publish("jobs", "x");
    expect(String((await take(older)).payload)).toBe("x");
  });

  test("shared ones: within the rights of each member", async () => {
    await using hub = await startHubInside({});
    await using stranger = await connectPeer(hub.mqttPort);
    expect(
      await stranger.subscribe([
        filter("$share/g/#"),
        filter("$share/g/bramble/pi1/command"),
        filter("$share//x"),
        filter("$share/g"),
        filter("$share/+/x"),
        filter("$SYS/#"),
        filter("a/#/b"),
      ]),
    ).toEqual([0x87, 1, 0x8f, 0x8f, 0x8f, 0x87, 0x8f]);
  });

  test("at the limit, existing ones can be changed", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    const all = Array.from({ length: 200 }, (_, index) => filter(`t/${index}`, { qos: 0 }));
    expect(new Set(await peer.subscribe(all))).toEqual(new Set([0]));
    expect(await peer.subscribe([filter("one more"), filter("t/7")])).toEqual([0x97, 1]);
    await peer.publish("t/7", "x");
    expect(await take(peer)).toMatchObject({ qos: 1 });
  });

  test("one identifier of 0 is malformed", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    peer.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [filter("a")],
      properties: { subscriptionIdentifier: 0 },
    });
    expect((await peer.next("disconnect")).reasonCode).toBeGreaterThanOrEqual(0x81);
  });
});

describe("messages", () => {
  test("topic aliases, both ways", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort, { properties: { topicAliasMaximum: 1 } });
    await peer.subscribe([filter("a/long/topic"), filter("another")]);
    await peer.publish("a/long/topic", "1", { properties: { topicAlias: 64 } });
    await peer.publish("", "2", { properties: { topicAlias: 64 } });
    await peer.publish("another", "3", { properties: { topicAlias: 64 } });
    await peer.publish("", "4", { properties: { topicAlias: 64 } });
    const packets = [await take(peer), await take(peer), await take(peer), await take(peer)];
    expect(packets).toMatchObject([
      { topic: "a/long/topic", properties: { topicAlias: 1 } },
      { topic: "", properties: { topicAlias: 1 } },
      { topic: "another" },
      { topic: "another" },
    ]);
    expect(packets.map(({ payload }) => String(payload))).toEqual(["1", "2", "3", "4"]);
    for (const { properties } of packets.slice(2)) expect(properties?.topicAlias).toBeUndefined();
  });

  test("respect the Receive Maximum, apart from commands", async () => {
    await using hub = await startHubInside(OPEN);
    await using publisher = await connectPeer(hub.mqttPort);
    await using slow = await connectPeer(hub.mqttPort, { properties: { receiveMaximum: 2 } });
    await slow.subscribe([filter("a")]);
    for (const payload of ["1", "2", "3", "4"]) await publisher.publish("a", payload);
    const first = await slow.next("publish");
    await slow.next("publish");
    slow.send({ cmd: "pingreq" });
    await slow.next("pingresp");
    expect(slow.received).toEqual([]);
    slow.send({ cmd: "puback", messageId: first.messageId ?? 0, reasonCode: 0 });
    expect(shown(await slow.next("publish")).payload).toBe("3");
    slow.send({ cmd: "pingreq" });
    await slow.next("pingresp");
    expect(slow.received).toEqual([]);
  });

  test("respect the Maximum Packet Size", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort, { properties: { maximumPacketSize: 100 } });
    await peer.subscribe([filter("a")]);
    await peer.publish("a", "x".repeat(200));
    await peer.publish("a", "small");
    expect(shown(await take(peer)).payload).toBe("small");
    expect(await peer.publish("sensor/pi/data", "{broken"), "words that do not fit are left out").toMatchObject({
      reasonCode: 0x99,
    });
  });

  test("the expiry counts down, also for queued and retained ones", async () => {
    await using hub = await startHubInside(OPEN);
    const session = { clientId: "s", clean: false, properties: { sessionExpiryInterval: 600 } };
    {
      await using peer = await connectPeer(hub.mqttPort, session);
      await peer.subscribe([filter("a")]);
    }
    await using publisher = await connectPeer(hub.mqttPort);
    const expiring = (messageExpiryInterval: number) => ({ properties: { messageExpiryInterval } });
    await publisher.publish("a", "soon", expiring(10));
    await publisher.publish("a", "later", expiring(100));
    await publisher.publish("kept", "soon", { retain: true, ...expiring(10) });
    await publisher.publish("kept2", "later", { retain: true, ...expiring(100) });
    hub.clock.advance(40_000);
    await using peer = await connectPeer(hub.mqttPort, session);
    const waited = await take(peer);
    expect(shown(waited).payload).toBe("later");
    expect(waited.properties).toMatchObject({ messageExpiryInterval: 60 });
    await peer.subscribe([filter("+")]);
    const kept = await take(peer);
    expect(shown(kept)).toMatchObject({ topic: "kept2", retain: true });
    expect(kept.properties).toMatchObject({ messageExpiryInterval: 60 });
    await using older = await connectPeer(hub.mqttPort, { protocolVersion: 4 });
    await older.subscribe([filter("kept"), filter("kept2")]);
    expect(shown(await take(older)).topic).toBe("kept2");
  });

  test("all properties are forwarded unchanged, user properties in order", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    await peer.subscribe([filter("a")]);
    const properties = {
      payloadFormatIndicator: true,
      contentType: "text/plain",
      responseTopic: "answer",
      correlationData: Buffer.from([0, 255]),
      userProperties: { a: ["1", "2"], b: "3" },
    };
    await peer.publish("a", "x", { properties });
    expect((await take(peer)).properties).toEqual({ ...properties, userProperties: { a: ["1", "2"], b: "3" } });
  });
});

describe("acknowledgements", () => {
  test("a refusal waits for the commit of an earlier message", async () => {
    await using hub = await startHubInside(OPEN);
    await using peer = await connectPeer(hub.mqttPort);
    await using _listener = await (async () => {
      const one = await connectPeer(hub.mqttPort);
      await one.subscribe([filter("sensor/heard/data", { qos: 0 })]);
      return one;
    })();
    const publish = { cmd: "publish", qos: 1, dup: false, retain: false } as const;
    const ids = Array.from({ length: 60 }, (_, index) => index + 1);
    peer.send(
      ...ids.map((messageId) => {
        const [topic, payload] = [
          ["sensor/pi/data", `{"t":${messageId}}`],
          ["$forbidden", "x"],
          ["sensor/pi/data", "{broken"],
          ["sensor/heard/data", `{"t":${messageId}}`],
          ["a/b", "x"],
        ][messageId % 5] ?? ["", ""];
        return { ...publish, messageId, topic: topic ?? "", payload: payload ?? "" };
      }),
    );
    const answered: number[] = [];
    for (const _ of ids) answered.push((await peer.next("puback")).messageId ?? 0);
    expect(answered).toEqual(ids);
  });

  test("have a reason string, unless the client declines them", async () => {
    await using hub = await startHubInside({});
    await using peer = await connectPeer(hub.mqttPort);
    for (const [topic, payload, reasonCode, words] of [
      ["sensor/pi/data", "{broken", 0x99, /JSON/],
      ["home/lamp", "on", 0x87, /topic/],
      ["sensor/pi/data", `{"t":${"1".repeat(300_000)}}`, 0x97, /bytes/],
    ] as const)
      for (const qos of [1, 2] as const) {
        peer.send({ cmd: "publish", topic, payload, qos, messageId: 1, dup: false, retain: false });
        expect(await peer.next(qos === 1 ? "puback" : "pubrec")).toMatchObject({
          reasonCode,
          properties: { reasonString: expect.stringMatching(words) },
        });
      }
    for (const properties of [{}, { userProperties: { a: "b" } }]) {
      const own = await peer.publish("$TopicA/B", "x", { properties });
      expect(own, "of the broker's own topics there is nothing to say").toMatchObject({ reasonCode: 0x87 });
      expect(own.properties?.reasonString).toBeUndefined();
    }
    await using quiet = await connectPeer(hub.mqttPort, { properties: { requestProblemInformation: false } });
    const answer = await quiet.publish("sensor/pi/data", "{broken");
    expect(answer).toMatchObject({ reasonCode: 0x99 });
    expect(answer.properties?.reasonString).toBeUndefined();
  });

  test.each([1, 2] as const)("with QoS %i a deferred message gets DISCONNECT instead", async (qos) => {
    await using hub = await startHubInside({});
    await using peer = await connectPeer(hub.mqttPort);
    hub.freeBytes = 1e6;
    hub.clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    peer.send({
      cmd: "publish",
      topic: "sensor/pi/data",
      payload: '{"t":1}',
      qos,
      messageId: 1,
      dup: false,
      retain: false,
      properties: { userProperties: { a: "b" } },
    });
    expect(await peer.next("disconnect")).toMatchObject({
      reasonCode: 0x97,
      properties: { reasonString: expect.stringMatching(/disk/) },
    });
    await peer.closed();
    expect(peer.received).toEqual([]);
  });
});

describe("a will", () => {
  const dying = (willDelayInterval: number, sessionExpiryInterval: number) => ({
    clientId: "dying",
    clean: false,
    properties: { sessionExpiryInterval },
    will: {
      topic: "will",
      payload: Buffer.from("gone"),
      qos: 1,
      retain: false,
      properties: { willDelayInterval, contentType: "text/plain" },
    } as const,
  });

  test("is published after its delay, without that property, and not if the client reconnects", async () => {
    await using hub = await startHubInside(OPEN);
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([filter("will"), filter("end")]);
    const die = async (sessionSeconds: number) => {
      const peer = await connectPeer(hub.mqttPort, dying(10, sessionSeconds));
      peer.socket.destroy();
      await peer.closed();
      await listener.publish("end", "end");
      expect(shown(await take(listener)).topic).toBe("end");
    };
    await die(60);
    hub.clock.advance(9_000);
    await die(60);
    hub.clock.advance(9_000);
    expect(listener.received).toEqual([]);
    hub.clock.advance(2_000);
    const will = await take(listener);
    expect(shown(will)).toMatchObject({ topic: "will", payload: "gone" });
    expect(will.properties).toEqual({ contentType: "text/plain" });
    await die(3);
    hub.clock.advance(4_000);
    expect(shown(await take(listener)), "its session has ended").toMatchObject({ topic: "will" });
  });

  test("is not published early, nor its session ended, when the delay begins between two ticks", async () => {
    await using hub = await startHubInside(OPEN);
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([filter("will"), filter("end")]);
    hub.clock.advance(500);
    const dieAgain = async () => {
      const peer = await connectPeer(hub.mqttPort, dying(10, 20));
      peer.socket.destroy();
      await peer.closed();
      await listener.publish("end", "end");
      expect(shown(await take(listener)).topic).toBe("end");
      return peer.connack.sessionPresent;
    };
    expect(await dieAgain()).toBe(false);
    hub.clock.advance(9_900);
    await listener.publish("end", "end");
    expect(shown(await take(listener)).topic, "after 9.9 of 10 seconds").toBe("end");
    hub.clock.advance(1_100);
    expect(shown(await take(listener)).topic, "after 11").toBe("will");
    hub.clock.advance(8_900);
    expect(await dieAgain(), "after 19.9 of 20 seconds").toBe(true);
    hub.clock.advance(21_000);
    expect(shown(await take(listener)).topic).toBe("will");
    expect(await dieAgain(), "after 21").toBe(false);
  });

  test("is discarded by DISCONNECT, unless its reason code keeps it", async () => {
    await using hub = await startHubInside(OPEN);
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([filter("will"), filter("end")]);
    for (const reasonCode of [0, 4]) {
      await using peer = await connectPeer(hub.mqttPort, dying(0, 0));
      peer.send({ cmd: "disconnect", reasonCode });
      await peer.closed();
    }
    await listener.publish("end", "end");
    expect([shown(await take(listener)).topic, shown(await take(listener)).topic]).toEqual(["will", "end"]);
  });
});
