// What the port promises, of the adapter to an outside broker: a real Mosquitto, with a relay in between that sees what the hub
// acknowledges, and when.
import { setImmediate } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { beforeAll, expect, test } from "vitest";
import { Budget } from "../../../src/hub/access/limits/budget.ts";
import { ExternalBroker } from "../../../src/hub/broker/external/external-broker.ts";
import type { BrokerHandlers } from "../../../src/hub/broker/mqtt-broker.ts";
import { systemClock } from "../../../src/hub/clock.ts";
import { commandsOf, deviceFilters, matchTopic } from "../../../src/hub/protocols/protocols.ts";
import { message } from "../../../src/shared/messages/message.ts";
import { loopbackBroker } from "../../support/mqtt/loopback-broker.ts";
import { Relay } from "../../support/mqtt/relay.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { until } from "../../support/until.ts";

beforeAll(ensureMosquitto, 120_000);

type Verdict = Awaited<ReturnType<BrokerHandlers["onPublish"]>>;

const STORED: Verdict = { kind: "stored", accepted: 1, isQuarantined: false, skipped: [] };
const REFUSED: Verdict = { kind: "refused", problem: message("bad-status", { value: "t" }) };
const HUB_FAILS: Verdict = { kind: "deferred", problem: message("disk-full"), retryAfterSeconds: 0.05 };
const NOT_THIS_DEVICE: Verdict = {
  kind: "deferred",
  problem: message("joining-closed", { device: "pi" }),
  retryAfterSeconds: 60,
};

/** Mosquitto, a relay, the adapter behind it, and a device. */
async function open({ rejectsMqtt5 = false } = {}) {
  const mosquitto = await Mosquitto.start();
  const relay = new Relay(mosquitto.port);
  relay.rejectsMqtt5 = rejectsMqtt5;
  const port = await relay.listen();
  const received: string[] = [];
  const hub = {
    mosquitto,
    relay,
    received,
    answer: async (_payload: string): Promise<Verdict> => STORED,
  };
  const budget = new Budget(512 * 1024 * 1024);
  const broker = new ExternalBroker({
    places: null,
    address: loopbackBroker(port),
    hubId: () => "test",
    filters: deviceFilters,
    matchTopic,
    commandsOf,
    onPublish: ({ payload }) => {
      const text = Buffer.from(payload).toString();
      received.push(text);
      return hub.answer(text);
    },
    onSession: () => undefined,
    commands: { attach: () => () => undefined, onSubscribed: () => undefined },
    budget,
    clock: systemClock,
    log: pino({ enabled: false }),
  });
  await broker.start();
  await until("the connection", async () => broker.state.problem === null || undefined);
  const device = await connectAsync(mosquitto.url, { reconnectPeriod: 0 });
  return Object.assign(hub, {
    broker,
    device,
    publish: (payload: string) => device.publishAsync("sensor/pi/data", payload, { qos: 1 }),
    received: received,
    async [Symbol.asyncDispose]() {
      await device.endAsync(true);
      await broker.stop();
      await relay[Symbol.asyncDispose]();
      await mosquitto[Symbol.asyncDispose]();
    },
  });
}

const untilTrue = (what: string, isSo: () => boolean) => until(what, async () => isSo() || undefined);

test("messages are ingested concurrently, and acknowledged in order after their verdicts", async () => {
  await using hub = await open();
  const verdicts = new Map<string, (verdict: Verdict) => void>();
  hub.answer = (payload) => new Promise((resolve) => verdicts.set(payload, resolve));
  for (let n = 0; n < 10; n++) await hub.publish(String(n));
  await untilTrue("all at once", () => verdicts.size === 10);
  expect(hub.received).toEqual(Array.from({ length: 10 }, (_, n) => String(n)));
  // All but the first have their verdict: none is acknowledged.
  for (let n = 1; n < 10; n++) verdicts.get(String(n))?.(STORED);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(hub.relay.acknowledged).toEqual([]);
  verdicts.get("0")?.(REFUSED);
  await untilTrue("all PUBACKs", () => hub.relay.acknowledged.length === 10);
  expect(hub.relay.acknowledged.toSorted((a, b) => a - b)).toEqual(hub.relay.acknowledged);
});

test("messages that cannot be stored stay at the broker and are redelivered", async () => {
  await using hub = await open();
  let failures = 3;
  hub.answer = async () => (failures-- > 0 ? HUB_FAILS : STORED);
  await hub.publish("a");
  await untilTrue("it is stored", () => hub.relay.acknowledged.length === 1);
  expect(hub.received).toEqual(["a", "a", "a", "a"]);
  expect(hub.relay.connections).toBe(4);
  await until("all is well", async () => hub.broker.state.problem === null || undefined);
});

test("a deferred device does not delay others", async () => {
  await using hub = await open();
  hub.answer = async (payload) => (payload === "waits" ? NOT_THIS_DEVICE : STORED);
  await hub.publish("waits");
  await hub.publish("other");
  await untilTrue("both PUBACKs", () => hub.relay.acknowledged.length === 2);
  expect(hub.received).toEqual(["waits", "other"]);
  expect(hub.relay.connections).toBe(1);
});

test("a backlog over the budget is read gradually, without loss", async () => {
  await using hub = await open();
  const large = "x".repeat(60_000);
  hub.answer = async () => {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    return STORED;
  };
  const COUNT = 100;
  await Promise.all(Array.from({ length: COUNT }, (_, n) => hub.publish(`${n}:${large}`)));
  await untilTrue("all PUBACKs", () => hub.relay.acknowledged.length === COUNT);
  expect(hub.received.map((payload) => Number(payload.split(":")[0]))).toEqual(
    Array.from({ length: COUNT }, (_, n) => n),
  );
});

test("a broker without MQTT 5 is used with 3.1.1", async () => {
  await using hub = await open({ rejectsMqtt5: true });
  expect(hub.broker.state.version).toBe("3.1.1");
  await hub.publish("a");
  await untilTrue("the PUBACK", () => hub.relay.acknowledged.length === 1);
  expect(hub.received).toEqual(["a"]);
});

test("publishing a command reports whether it has a subscriber, and stopping twice is fine", async () => {
  await using hub = await open();
  const command = { id: "c", control: "led", value: true, at: Date.now(), ttl_ms: 60_000 };
  const publication = { topic: "plug/power", payload: "ON" };
  const { signal } = new AbortController();
  await expect(hub.broker.commandChannel(publication)?.deliver(command, signal)).rejects.toThrow(
    "nobody is subscribed",
  );
  // It is not tried again at once.
  expect(hub.broker.commandChannel(publication)).toBeUndefined();
  const heard: string[] = [];
  hub.device.on("message", (topic, payload) => heard.push(`${topic} ${payload}`));
  await hub.device.subscribeAsync("lamp/+", { qos: 1 });
  const channel = hub.broker.commandChannel({ topic: "lamp/power", payload: "OFF" });
  expect(channel?.acknowledgedBy).toBe("broker");
  expect(await channel?.deliver(command, signal)).toBe(true);
  await untilTrue("the publication", () => heard.length === 1);
  expect(heard).toEqual(["lamp/power OFF"]);
  await Promise.all([hub.broker.stop(), hub.broker.stop()]);
  expect(hub.broker.commandChannel(publication)).toBeUndefined();
});
