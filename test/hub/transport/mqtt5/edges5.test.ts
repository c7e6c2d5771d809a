// Edge cases of MQTT: races between packets, connections and sessions, and limits of clients.
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import { generate, type Packet } from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Command } from "../../../../src/shared/controls/command.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer, MqttPeer, openPeer } from "../../../support/mqtt/mqtt-peer.ts";
import { until } from "../../../support/until.ts";

const OPEN = { flags: ["--anonymous", "all"] };
const SESSION = { clientId: "s", clean: false, properties: { sessionExpiryInterval: 600 } };
const PUBLISH = { cmd: "publish", topic: "a", payload: "x", qos: 0, dup: false, retain: false } as const;
/** Stored, and acknowledged a while after it arrived. */
const READING = { ...PUBLISH, topic: "sensor/pi/data", payload: '{"t":1}', qos: 1, messageId: 7 } as const;
/** A packet of type 0, which ends its connection. */
const GARBAGE = Buffer.from([0, 0]);

const encoded = (...packets: readonly Packet[]) =>
  Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: 5 })));
const subscribe = (topic: string): Packet => ({ cmd: "subscribe", messageId: 3, subscriptions: [{ topic, qos: 1 }] });
const hasSubscribers = async (topic: string): Promise<unknown> => {
  const body = JSON.stringify({ topic, payload: "x" });
  const answer = await hub.fetch("/api/v1/messages", { method: "POST", body });
  const published: { hasSubscribers?: boolean } = await answer.json();
  return published.hasSubscribers;
};
/** Resolves once what was in work at the hub is settled. */
async function settled(peer: MqttPeer): Promise<void> {
  await peer.publish("sensor/pi/data", '{"t":1000}', { messageId: 99 });
  await setImmediate();
}

/** Of all tests that need no other; each has devices and topics of its own where it leaves something behind. */
let hub: HubInside;
beforeAll(async () => {
  hub = await startHubInside(OPEN);
});
afterAll(() => hub[Symbol.asyncDispose]());

describe("a SUBSCRIBE behind a message without a verdict", () => {
  test("is ignored where its connection has ended meanwhile", async () => {
    await using other = await connectPeer(hub.mqttPort);
    await other.publish(
      "bramble/pa/about",
      JSON.stringify({ controls: [{ id: "led", kind: "switch", label: "LED" }] }),
    );
    await other.subscribe([{ topic: "bramble/pa/command", qos: 1 }]);
    await using gone = await connectPeer(hub.mqttPort);
    gone.socket.write(Buffer.concat([encoded(READING, subscribe("late"), subscribe("bramble/pa/command")), GARBAGE]));
    await gone.closed();
    await settled(other);
    expect(await hasSubscribers("late")).toBe(false);
    const body = JSON.stringify({ control: "led", value: true });
    const given: Command = await (await hub.fetch("/api/v1/devices/pa/commands", { method: "POST", body })).json();
    expect((await other.next("publish")).properties?.correlationData?.toString()).toBe(given.id);
  });

  test("with too many levels is refused without ending the connection", async () => {
    await using peer = await connectPeer(hub.mqttPort);
    const deep = (levels: number) => Array(levels).fill("a").join("/");
    peer.socket.write(encoded(READING, subscribe(deep(101)), subscribe(`$share/g/${deep(101)}`), subscribe(deep(100))));
    const granted = [await peer.next("suback"), await peer.next("suback"), await peer.next("suback")];
    expect(granted.map((answer) => answer.granted)).toEqual([[0x8f], [0x8f], [1]]);
    await peer.publish(deep(100), "x");
    expect((await peer.next("publish")).topic).toBe(deep(100));
  });
});

describe("QoS 2", () => {
  test("a duplicate on a new connection before the verdict is forwarded once", async () => {
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([{ topic: "sensor/pi/data", qos: 0 }]);
    for (let round = 1; round <= 5; round++) {
      const message = { ...READING, qos: 2, messageId: round, payload: `{"t":${round}}` } as const;
      await using first = await connectPeer(hub.mqttPort, SESSION);
      await using second = openPeer(hub.mqttPort, { ...SESSION, clientId: "waits" });
      await second.next("connack");
      const again = openPeer(hub.mqttPort, SESSION);
      first.socket.write(encoded(message));
      again.send({ ...message, dup: true });
      expect(await again.next("pubrec")).toMatchObject({ messageId: round, reasonCode: 0 });
      again.send({ cmd: "pubrel", messageId: round, reasonCode: 0 });
      await again.next("pubcomp");
      await again[Symbol.asyncDispose]();
      await settled(second);
    }
    await settled(listener);
    const heard = listener.received.flatMap((packet) => (packet.cmd === "publish" ? [String(packet.payload)] : []));
    expect(heard.filter((text) => text !== '{"t":1000}')).toEqual([1, 2, 3, 4, 5].map((round) => `{"t":${round}}`));
  });

  test("an id that its client uses for another message, having lost its session, brings that message, too", async () => {
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([{ topic: "forgetful", qos: 0 }]);
    for (const payload of ["1", "2", "3"]) {
      await using peer = await connectPeer(hub.mqttPort, { ...SESSION, clientId: "forgetful" });
      const message = { ...PUBLISH, topic: "forgetful", payload, qos: 2, messageId: 1 } as const;
      for (const dup of [false, true, false]) {
        peer.send({ ...message, dup });
        await peer.next("pubrec");
      }
    }
    await settled(listener);
    const heard = listener.received.flatMap((packet) => (packet.cmd === "publish" ? [String(packet.payload)] : []));
    expect(heard).toEqual(["1", "2", "3"]);
  });

  test("of MQTT 3.1: what is sent again has DUP, be it a release or a subscription", async () => {
    const old = { protocolId: "MQIsdp", protocolVersion: 3, clientId: "old" } as const;
    await using peer = await connectPeer(hub.mqttPort, old);
    peer.send({ ...PUBLISH, qos: 2, messageId: 7 });
    await peer.next("pubrec");
    for (let times = 0; times < 2; times++) {
      peer.socket.write(Buffer.of(0x6a, 2, 0, 7));
      expect(await peer.next("pubcomp")).toMatchObject({ messageId: 7 });
    }
    peer.socket.write(Buffer.of(0x8a, 6, 0, 9, 0, 1, 0x61, 1));
    expect(await peer.next("suback")).toMatchObject({ granted: [1] });
    peer.socket.write(Buffer.of(0xaa, 5, 0, 9, 0, 1, 0x61));
    expect(await peer.next("unsuback")).toMatchObject({ messageId: 9 });
  });

  test("of MQTT 3.1: flags that its CONNECT does not use are ignored", async () => {
    await using peer = new MqttPeer(connect(hub.mqttPort, "127.0.0.1"), 3);
    peer.socket.write(Buffer.from("1e0f00064d51497364700303003c000166", "hex"));
    expect(await peer.next("connack")).toMatchObject({ returnCode: 0 });
  });

  test("the answer to a duplicate waits for earlier ones", async () => {
    await using peer = await connectPeer(hub.mqttPort);
    const twice = { ...READING, qos: 2, messageId: 5 } as const;
    peer.send(twice);
    await peer.next("pubrec");
    peer.socket.write(encoded({ ...READING, qos: 2, messageId: 6 }, { ...twice, dup: true }));
    await until("two answers", async () => (peer.received.length >= 2 ? true : undefined));
    expect(peer.received).toMatchObject([
      { cmd: "pubrec", messageId: 6 },
      { cmd: "pubrec", messageId: 5 },
    ]);
  });
});

describe("shared subscriptions", () => {
  test("unacknowledged messages go to another member once the session has ended", async () => {
    await using publisher = await connectPeer(hub.mqttPort);
    await using first = await connectPeer(hub.mqttPort, { properties: { receiveMaximum: 1 } });
    await first.subscribe([{ topic: "$share/g/jobs", qos: 1 }]);
    await publisher.publish("jobs", "1");
    await publisher.publish("jobs", "2");
    await first.next("publish");
    await using second = await connectPeer(hub.mqttPort);
    await second.subscribe([{ topic: "$share/g/jobs", qos: 1 }]);
    first.socket.destroy();
    expect([await second.next("publish"), await second.next("publish")].map(({ payload }) => String(payload))).toEqual([
      "1",
      "2",
    ]);
  });

  test("a member with a large backlog is skipped while others are connected", async () => {
    await using slow = await connectPeer(hub.mqttPort, { properties: { receiveMaximum: 1 } });
    await using fast = await connectPeer(hub.mqttPort);
    await slow.subscribe([{ topic: "$share/g/many", qos: 1 }]);
    await fast.subscribe([{ topic: "$share/g/many", qos: 0 }]);
    await using publisher = await connectPeer(hub.mqttPort);
    const jobs = Array.from({ length: 1_200 }, (_, index) => index + 1);
    publisher.send(...jobs.map((messageId) => ({ ...PUBLISH, topic: "many", qos: 1 as const, messageId })));
    await until("all", async () => (publisher.received.length >= jobs.length ? true : undefined));
    await until("nearly 700", async () => (fast.received.length > 690 ? true : undefined));
  });

  test("another broker's bridge may have them", async () => {
    const options = { protocolVersion: 4, bridgeMode: true, clientId: "bridge" } as const;
    await using bridge = await connectPeer(hub.mqttPort, options);
    await using other = await connectPeer(hub.mqttPort);
    expect(
      await bridge.subscribe([
        { topic: "$share/g/jobs", qos: 0 },
        { topic: "bridged", qos: 0 },
      ]),
    ).toEqual([0, 0]);
    await bridge.publish("bridged", "own");
    await other.publish("bridged", "other's", { retain: true });
    await other.publish("jobs", "job");
    const packets = [await bridge.next("publish"), await bridge.next("publish")];
    expect(packets.map(({ payload, retain }) => [String(payload), retain])).toEqual([
      ["other's", true],
      ["job", false],
    ]);
  });
});

describe("a will", () => {
  const will = { topic: "will", payload: Buffer.from("gone"), qos: 1, retain: false } as const;

  test("is published after DISCONNECT with a failure code", async () => {
    await using listener = await connectPeer(hub.mqttPort);
    await listener.subscribe([{ topic: "will", qos: 0 }]);
    for (const [reasonCode, payload] of [
      [0, "0"],
      [0x80, "128"],
      [0x93, "147"],
    ] as const) {
      await using peer = await connectPeer(hub.mqttPort, { will: { ...will, payload: Buffer.from(payload) } });
      peer.send({ cmd: "disconnect", reasonCode });
      await peer.closed();
    }
    expect(
      [await listener.next("publish"), await listener.next("publish")].map(({ payload }) => String(payload)),
    ).toEqual(["128", "147"]);
  });

  test("with excessive properties is refused", async () => {
    const userProperties = { a: Array(3_000).fill("v".repeat(60)) };
    await using peer = openPeer(hub.mqttPort, { will: { ...will, properties: { userProperties } } });
    await peer.closed();
    expect(peer.received).toEqual([]);
  });
});

describe("commands", () => {
  const ABOUT = JSON.stringify({ controls: [{ id: "led", kind: "switch", label: "LED" }] });
  const give = async (device: string): Promise<Command> => {
    const body = JSON.stringify({ control: "led", value: true });
    return (await hub.fetch(`/api/v1/devices/${device}/commands`, { method: "POST", body })).json();
  };

  test("have the identifiers of all matching subscriptions", async () => {
    await using pi = await connectPeer(hub.mqttPort);
    await pi.publish("bramble/pb/about", ABOUT);
    await pi.subscribe([{ topic: "bramble/pb/command", qos: 1 }], { subscriptionIdentifier: 7 });
    await pi.subscribe([{ topic: "bramble/+/command", qos: 0 }], { subscriptionIdentifier: 8 });
    await give("pb");
    expect((await pi.next("publish")).properties?.subscriptionIdentifier).toEqual([7, 8]);
  });

  test("over the Maximum Packet Size fail, and use no send quota", async () => {
    const properties = { maximumPacketSize: 60, receiveMaximum: 1 };
    await using pi = await connectPeer(hub.mqttPort, { clientId: "pc", properties });
    await pi.publish("bramble/pc/about", ABOUT);
    await pi.subscribe([
      { topic: "bramble/pc/command", qos: 1 },
      { topic: "a", qos: 1 },
    ]);
    await pi.publish("a", "1");
    const { messageId = 0 } = await pi.next("publish");
    const { id } = await give("pc");
    await pi.publish("a", "2");
    pi.send({ cmd: "puback", messageId, reasonCode: 0 });
    expect(String((await pi.next("publish")).payload)).toBe("2");
    await until("failed", async () => {
      const command: Command = await (await hub.fetch(`/api/v1/commands/${id}`)).json();
      return command.state === "failed" ? command : undefined;
    });
    expect(pi.isClosed).toBe(false);
  });
});

describe("what a control added by hand publishes", () => {
  const add = async (of: HubInside, device: string): Promise<void> => {
    await of.post({ device_id: device, t: 1 });
    const plug = {
      control: { id: "plug", kind: "switch", label: "Plug" },
      publishes: { topic: `cmnd/${device}/power`, on: "ON", off: "OFF" },
    };
    const body = JSON.stringify({ controls: [plug] });
    expect((await of.fetch(`/api/v1/devices/${device}`, { method: "PATCH", body })).status).toBe(200);
  };
  const switchOn = (of: HubInside, device: string) => {
    const body = JSON.stringify({ control: "plug", value: true });
    return of.fetch(`/api/v1/devices/${device}/commands`, { method: "POST", body });
  };

  test("goes to one member of a shared subscription", async () => {
    await add(hub, "pi");
    await using one = await connectPeer(hub.mqttPort);
    await using other = await connectPeer(hub.mqttPort);
    for (const peer of [one, other]) await peer.subscribe([{ topic: "$share/g/cmnd/+/power", qos: 0 }]);
    await switchOn(hub, "pi");
    const heard = await until("it", async () => [one, other].find(({ received }) => received.length > 0));
    expect(heard.received).toMatchObject([{ cmd: "publish", topic: "cmnd/pi/power" }]);
    for (const peer of [one, other]) await peer.publish("end", "x");
    expect([...one.received, ...other.received]).toHaveLength(1);
  });

  test("does not go to clients without rights to the device, whatever their filter", async () => {
    await using closed = await startHubInside({});
    for (const device of ["pi", "pj"]) await add(closed, device);
    const made = await closed.fetch("/api/v1/devices/pj/key", { method: "POST" });
    const { key }: { key: string } = await made.json();
    await using anybody = await connectPeer(closed.mqttPort);
    expect(await anybody.subscribe([{ topic: "cmnd/+/power", qos: 0 }])).toEqual([0]);
    const login = { clientId: "pj", username: "pj", password: Buffer.from(key) };
    await using own = await connectPeer(closed.mqttPort, login);
    expect(await own.subscribe([{ topic: "cmnd/pj/power", qos: 0 }])).toEqual([0]);
    await switchOn(closed, "pj");
    expect((await own.next("publish")).topic).toBe("cmnd/pj/power");
    await switchOn(closed, "pi");
    expect((await anybody.next("publish")).topic).toBe("cmnd/pi/power");
  });

  test("is the device's alone where it has a key, also at an open broker", async () => {
    await using own = await startHubInside(OPEN);
    for (const device of ["pi", "pj"]) await add(own, device);
    await own.fetch("/api/v1/devices/pj/key", { method: "POST" });
    await using anybody = await connectPeer(own.mqttPort);
    const filters = ["#", "cmnd/pi/power", "cmnd/pj/power"].map((topic) => ({ topic, qos: 0 }) as const);
    expect(await anybody.subscribe(filters)).toEqual([0, 0, 0x87]);
    expect(await anybody.publish("cmnd/pj/power", "ON")).toMatchObject({ reasonCode: 0x87 });
    await switchOn(own, "pj");
    await switchOn(own, "pi");
    expect((await anybody.next("publish")).topic).toBe("cmnd/pi/power");
  });
});

describe("messages", () => {
  test("that have expired are removed from a full backlog", async () => {
    {
      await using peer = await connectPeer(hub.mqttPort, SESSION);
      await peer.subscribe([{ topic: "a", qos: 1 }]);
    }
    await using publisher = await connectPeer(hub.mqttPort);
    const fill = (first: number, properties: object) =>
      publisher.send(
        ...Array.from({ length: 600 }, (_, index) => ({
          ...PUBLISH,
          ...{ qos: 1 as const, messageId: first + index, payload: "old", properties },
        })),
      );
    fill(1, { messageExpiryInterval: 10 });
    fill(601, { messageExpiryInterval: 10 });
    await publisher.publish("b", "x", { messageId: 5_000 });
    await until("all", async () => (publisher.received.length >= 1_200 ? true : undefined));
    hub.clock.advance(20_000);
    publisher.received.length = 0;
    await publisher.publish("a", "new");
    await using again = await connectPeer(hub.mqttPort, SESSION);
    expect(String((await again.next("publish")).payload)).toBe("new");
  });

  test("of the maximum size are sent with QoS 1, too", async () => {
    await using peer = await connectPeer(hub.mqttPort);
    await peer.subscribe([{ topic: "a", qos: 1 }]);
    const payload = "x".repeat(1024 * 1024 - 20);
    await peer.publish("a", payload);
    expect((await peer.next("publish")).payload).toHaveLength(payload.length);
  });

  test("keep the order of user properties, also for wills, and for retained ones after a restart", async () => {
    await using own = await startHubInside(OPEN);
    const pair = (name: string, value: string) =>
      Buffer.from([0x26, 0, name.length, ...Buffer.from(name), 0, value.length, ...Buffer.from(value)]);
    const pairs = Buffer.concat([pair("b", "1"), pair("2", ""), pair("1", "x"), pair("b", "2"), pair("2", "y")]);
    const publish = (topic: string) => {
      const rest = Buffer.concat([Buffer.from([0, 1, topic.charCodeAt(0), pairs.length]), pairs, Buffer.from("x")]);
      return Buffer.concat([Buffer.from([0x31, rest.length]), rest]);
    };
    const heard = async (topic: string): Promise<Buffer> => {
      await using listener = await connectPeer(own.mqttPort);
      const chunks: Buffer[] = [];
      listener.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      await listener.subscribe([{ topic, qos: 0 }]);
      await listener.next("publish");
      return Buffer.concat(chunks);
    };
    const body = Buffer.concat([
      Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 0b10_0110, 0, 60, 0, 0, 0, pairs.length]),
      ...[pairs, Buffer.from([0, 1, 0x77, 0, 1, 0x78])],
    ]);
    await using peer = await connectPeer(own.mqttPort);
    peer.socket.write(publish("r"));
    await settled(peer);
    const raw = await rawPeer(own, Buffer.concat([Buffer.from([0x10, body.length]), body]));
    raw.socket.destroy();
    await raw.closed();
    expect((await heard("w")).includes(pairs)).toBe(true);
    expect((await heard("r")).includes(pairs)).toBe(true);
    await own.restart();
    expect((await heard("r")).includes(pairs)).toBe(true);
  });

  test("with excessive user properties end their connection", async () => {
    await using peer = await connectPeer(hub.mqttPort);
    peer.send({ ...PUBLISH, properties: { userProperties: { a: Array(5_001).fill("") } } });
    expect(await peer.next("disconnect")).toMatchObject({ reasonCode: 0x83 });
  });
});

/** A peer whose CONNECT are these bytes, once it is answered. */
async function rawPeer({ mqttPort }: HubInside, opening: Buffer): Promise<MqttPeer> {
  const peer = new MqttPeer(connect(mqttPort, "127.0.0.1"), 5);
  peer.socket.write(opening);
  await peer.next("connack");
  return peer;
}
