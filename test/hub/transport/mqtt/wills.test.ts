// Wills of many connections that end at once: they are published as there is room for them, and none holds up the hub.
import { expect, test } from "vitest";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import { type WillMessage, WillQueue } from "../../../../src/hub/transport/mqtt/session/will.ts";

const LARGE_BYTES = 60_000;

function willOf(payloadBytes: number): WillMessage {
  const payload = Buffer.alloc(payloadBytes, "a");
  const message = {
    topic: "sensor/data",
    payload,
    qos: 0,
    retain: false,
    properties: undefined,
    expiresAtMs: null,
  } as const;
  return { message, delaySeconds: 0, expirySeconds: undefined };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const makeQueue = () => new WillQueue(new Budget(64 * 1024 * 1024, false, () => 0));

test("a few are published in each turn of the event loop, and all in the end", async () => {
  const queue = makeQueue();
  let published = 0;
  const publish = async () => {
    published++;
  };
  for (let count = 0; count < 50; count++) expect(queue.add(willOf(LARGE_BYTES), publish)).toBe(true);
  expect(published).toBeLessThan(5);
  for (let turn = 0; turn < 100 && published < 50; turn++) await nextTurn();
  expect(published).toBe(50);
});

test("a small one that comes alone is published at once", () => {
  let published = 0;
  makeQueue().add(willOf(20), async () => {
    published++;
  });
  expect(published).toBe(1);
});

test("of large ones no more wait than there is room for, and small ones still find some", async () => {
  const queue = makeQueue();
  const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
  const addAll = (count: number, bytes: number) =>
    Array.from({ length: count }, () => queue.add(willOf(bytes), () => room)).filter((isTaken) => isTaken).length;
  expect(addAll(1_000, LARGE_BYTES)).toBeLessThan(200);
  expect(addAll(300, 20)).toBe(300);
  makeRoom();
  for (let turn = 0; turn < 1_000 && !queue.add(willOf(LARGE_BYTES), async () => undefined); turn++) await nextTurn();
  expect(queue.add(willOf(LARGE_BYTES), async () => undefined)).toBe(true);
});
