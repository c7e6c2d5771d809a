// The store is killed at random moments: afterwards it has a prefix of the sent messages, complete ones only, and every acknowledged
// one exactly once.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../../support/fake-clock.ts";
import { TestStore } from "../../support/stores/store.ts";
import type { FromChild, ToChild } from "../../support/stores/store-child.ts";
import {
  compareAll,
  EVERYTHING,
  firstDifference,
  type Message,
  SERIES,
  StoreModel,
  storedRows,
  toAppend,
} from "../../support/stores/store-model.ts";

const CHILD = fileURLToPath(new URL("../../support/stores/store-child.ts", import.meta.url));
const START_MS = Date.UTC(2026, 0, 31, 22);

const name = fc.constantFrom(...SERIES);
/** Small ones that collide, and big ones that fill chunks. */
const message = fc.oneof(
  fc.record({
    readings: fc.array(
      fc.record({
        name,
        tsMs: fc.option(fc.integer({ min: START_MS, max: START_MS + 60 }), { freq: 2 }),
        value: fc.integer(),
      }),
      { minLength: 1, maxLength: 20 },
    ),
    receivedAtMs: fc.integer({ min: START_MS, max: START_MS + 60 }),
  }),
  fc
    .record({
      name,
      fromS: fc.nat(7_200),
      everyMs: fc.constantFrom(1, 250, 3_000),
      count: fc.integer({ min: 500, max: 5_000 }),
      salt: fc.integer(),
    })
    .map(
      ({ name: of, fromS, everyMs, count, salt }): Message => ({
        readings: Array.from({ length: count }, (_, index) => ({
          name: of,
          tsMs: START_MS + fromS * 1_000 + index * everyMs,
          value: salt + index,
        })),
        receivedAtMs: START_MS,
      }),
    ),
);
/** What is sent, after how many messages it is told to seal, and after how many answers it is killed. */
interface Life {
  readonly messages: readonly Message[];
  readonly sealEvery: number;
  /** In percent of the messages. */
  readonly killAt: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  messages: fc.array(message, { minLength: 20, maxLength: 60 }),
  sealEvery: fc.integer({ min: 2, max: 15 }),
  killAt: fc.integer({ min: 1, max: 100 }),
});

/** Answers with the times of the messages that were acknowledged: of the first one, of the second one, and so on. */
async function liveAndDie(path: string, { messages, sealEvery, killAt }: Life): Promise<number[][]> {
  const child = fork(CHILD, [path], { serialization: "advanced" });
  const exited = once(child, "exit");
  const acknowledged: number[][] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the store ended by itself")));
    child.on("message", (words: FromChild) => {
      if (words.kind === "open") {
        resolve();
        return;
      }
      // Groups are committed in the order of their messages.
      expect(words.id).toBe(acknowledged.length);
      acknowledged.push([...words.tsMs]);
      if (acknowledged.length === Math.ceil((messages.length * killAt) / 100)) child.kill("SIGKILL");
    });
  });
  for (const [id, sent] of messages.entries()) {
    tell(child, { kind: "append", id, message: toAppend(sent) });
    if (id % sealEvery === sealEvery - 1) tell(child, { kind: "seal" });
  }
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
  return acknowledged;
}

function tell(child: ChildProcess, order: ToChild): void {
  // It may be dead by now.
  child.send(order, () => undefined);
}

test("a killed store has a prefix of the sent messages, and all acknowledged ones", {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), async (lives) => {
      await using open = new TestStore(new FakeClock(START_MS));
      const model = new StoreModel();
      for (const one of lives) {
        const acknowledged = await liveAndDie(open.path, one);
        const waiting = [...one.messages];
        for (const times of acknowledged)
          expect(times).toEqual(waiting.splice(0, 1).flatMap((sent) => model.append(sent)));
        await open.reopen();
        // What was not acknowledged may be stored, too, but only after what was sent before it.
        const stored = await storedRows(open);
        while (firstDifference(stored, model.rows(EVERYTHING)) !== null && waiting.length > 0) {
          for (const sent of waiting.splice(0, 1)) model.append(sent);
        }
        await compareAll(open, model);
        await open.store.stop();
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
});
