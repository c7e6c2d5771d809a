// Retained messages on a full disk or at their limit: subscribers never get one that a restart would lose.
import { pino } from "pino";
import { expect, test } from "vitest";
import { readConfig } from "../../../../src/hub/config.ts";
import { createCore } from "../../../../src/hub/core.ts";
import { DataFolder } from "../../../../src/hub/data-folder.ts";
import type { Message } from "../../../../src/hub/transport/mqtt/messages/packets.ts";
import { RetainedMessages } from "../../../../src/hub/transport/mqtt/messages/retained.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../../support/hub.ts";

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

async function payloads(retained: RetainedMessages, filter = "#"): Promise<string[]> {
  return (await retained.find(filter)).map(({ payload }) => String(payload));
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
