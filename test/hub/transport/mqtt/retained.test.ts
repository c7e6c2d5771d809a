// Retained messages where the disk or the room for them fails: nobody is told what the next start does not know; and where others
// take their places while they are sent.
import { pino } from "pino";
import { Type } from "typebox";
import { expect, test } from "vitest";
import { readConfig } from "../../../../src/hub/config.ts";
import { createCore } from "../../../../src/hub/core.ts";
import { DataFolder } from "../../../../src/hub/data-folder.ts";
import type { Message } from "../../../../src/hub/transport/mqtt/messages/packets.ts";
import { RetainedMessages } from "../../../../src/hub/transport/mqtt/messages/retained.ts";
import { bytesOfUserProperties } from "../../../../src/hub/transport/mqtt/messages/user-properties.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer } from "../../../support/mqtt/mqtt-peer.ts";
import { until } from "../../../support/until.ts";

const clock = new FakeClock(Date.UTC(2026, 0, 31, 12));

/** The store of a hub that does not run. */
async function openStore() {
  const temporary = makeTemporaryFolder();
  const read = readConfig(["--data", temporary.path], {});
  if (read.kind !== "config") throw new Error("no configuration");
  const { store } = createCore({
    config: read.config,
    folder: new DataFolder(temporary.path),
    version: "test",
    clock,
    freeBytes: async () => 1e12,
    log: pino({ enabled: false }),
    onDeath: () => undefined,
  });
  await store.start();
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.stop();
      temporary[Symbol.dispose]();
    },
  };
}

const message = (topic: string, payload: string): Message => ({
  topic,
  payload: Buffer.from(payload),
  qos: 1,
  retain: true,
  properties: undefined,
  expiresAtMs: null,
});

async function find(retained: RetainedMessages, filter = "#"): Promise<Message[]> {
  const search = retained.search(filter);
  const found: Message[] = [];
  for (let next = await search.next(); next !== null; next = await search.next()) found.push(...next);
  return found;
}

async function payloads(retained: RetainedMessages, filter = "#"): Promise<string[]> {
  return (await find(retained, filter)).map(({ payload }) => String(payload));
}

test("a message that cannot be deleted from disk stays retained, and the client can retry", async () => {
  await using open = await openStore();
  const retained = new RetainedMessages({ records: open.store.records, maxBytes: 10_000, clock });
  await retained.keep(message("a", "1"));
  await open.store.stop();
  for (let tries = 0; tries < 2; tries++) {
    await expect(retained.keep(message("a", ""))).rejects.toThrow();
    expect(await payloads(retained)).toEqual(["1"]);
  }
});

test("a message without room clears the outdated one, also after a restart", async () => {
  await using open = await openStore();
  const options = { records: open.store.records, maxBytes: 1_000, clock };
  const retained = new RetainedMessages(options);
  expect(await retained.keep(message("a", "1"))).toBe(true);
  expect(await retained.keep(message("a", "x".repeat(2_000)))).toBe(false);
  expect(await payloads(retained)).toEqual([]);
  const next = new RetainedMessages(options);
  await next.start();
  next.stop();
  expect(await payloads(next)).toEqual([]);
});

test("who is slow to take what matches gets the newest of each, and holds nothing of the others", async () => {
  await using open = await openStore();
  const retained = new RetainedMessages({ records: open.store.records, maxBytes: 10_000_000, clock });
  const keepAll = (version: string) =>
    Promise.all(Array.from({ length: 20 }, (_, index) => retained.keep(message(`t/${index}`, version.repeat(40_000)))));
  await keepAll("a");
  const search = retained.search("t/#");
  const first = await search.next();
  expect(first?.length).toBeLessThan(5);
  await keepAll("b");
  await retained.keep(message("t/19", ""));
  const versions: string[] = [];
  for (let next = await search.next(); next !== null; next = await search.next())
    versions.push(...next.map(({ payload }) => String(payload.subarray(0, 1))));
  expect(versions).toEqual(Array.from({ length: 19 - (first?.length ?? 0) }, () => "b"));
});

test("user properties are stored in little more than their bytes, and those of an earlier version are read", async () => {
  await using open = await openStore();
  const { records } = open.store;
  const options = { records, maxBytes: 1_000_000, clock };
  const pairs = Array.from({ length: 4_900 }, (_, index): [string, string] => [index.toString(36), ""]);
  const userProperties = bytesOfUserProperties(pairs);
  const published = { ...message("a", "1"), properties: { userProperties } };
  await new RetainedMessages(options).keep(published);
  const Stored = Type.Object({ topic: Type.String(), properties: Type.Record(Type.String(), Type.Unknown()) });
  const collection = records.collection({ name: "retained", schema: Stored, idOf: ({ topic }) => topic });
  const [stored] = await collection.list();
  expect(JSON.stringify(stored).length).toBeLessThan(1.5 * userProperties.length);
  const restarted = new RetainedMessages(options);
  await restarted.start();
  expect(await find(restarted, "a")).toEqual([published]);
  if (stored !== undefined) await collection.save([{ ...stored, properties: { userProperties: pairs } }]);
  const fromEarlier = new RetainedMessages(options);
  await fromEarlier.start();
  expect(await find(fromEarlier, "a")).toEqual([published]);
});

test("filters find all matching messages", async () => {
  await using open = await openStore();
  const retained = new RetainedMessages({ records: open.store.records, maxBytes: 100_000, clock });
  for (const topic of ["a", "a/b", "ab", "b/a", "/a", "$SYS/a"]) await retained.keep(message(topic, topic));
  for (const [filter, found] of [
    ["a/#", ["a", "a/b"]],
    ["a/+", ["a/b"]],
    ["+/a", ["b/a", "/a"]],
    ["/+", ["/a"]],
    ["#", ["a", "a/b", "ab", "b/a", "/a"]],
    ["a+", []],
    ["$SYS/#", ["$SYS/a"]],
    ["ab", ["ab"]],
  ] as const)
    expect(await payloads(retained, filter), filter).toEqual(found);
});

test("one that is replaced or removed while others are sent does not come behind what took its place", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  const COUNT = 700;
  /** Beyond those that wait for a client at once. */
  const [replaced, removed] = ["r/650", "r/651"];
  const one = (index: number) => ({ topic: `r/${index}`, messageId: index + 1, payload: "old" });
  const rest = { cmd: "publish", qos: 1, dup: false, retain: true } as const;
  await using publisher = await connectPeer(hub.mqttPort);
  publisher.send(...Array.from({ length: COUNT }, (_, index) => ({ ...rest, ...one(index) })));
  await until("all", async () => (publisher.received.length >= COUNT ? true : undefined));
  await using listener = await connectPeer(hub.mqttPort, { properties: { receiveMaximum: 100 } });
  await listener.subscribe([{ topic: "r/#", qos: 1 }]);
  await until("what it takes at once", async () => (listener.received.length >= 100 ? true : undefined));
  publisher.received.length = 0;
  await publisher.publish(replaced, "new", { retain: true });
  await publisher.publish(removed, "", { retain: true });
  const latest = new Map<string, string>();
  await until("all topics", async () => {
    for (const packet of listener.received.splice(0)) {
      if (packet.cmd !== "publish") continue;
      latest.set(packet.topic, String(packet.payload));
      listener.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 0 });
    }
    return latest.size >= COUNT ? true : undefined;
  });
  expect([latest.get(replaced), latest.get(removed), latest.get("r/699")]).toEqual(["new", "", "old"]);
});
