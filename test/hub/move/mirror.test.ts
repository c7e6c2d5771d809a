// The queue for the other store of a move: bounded while that one does not respond, and written in few commits.
import { join } from "node:path";
import { expect, test } from "vitest";
import { Mirror } from "../../../src/hub/move/mirror.ts";
import { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { deviceId, makeReading, metricName } from "../../support/stores/store.ts";

const START_MS = Date.UTC(2026, 0, 31);

test("a full queue of ten thousand writes reports the next one as missed, until there is room", async () => {
  const mirror = new Mirror(() => undefined);
  const held = Promise.withResolvers<void>();
  const turn = mirror.turn(() => held.promise);
  let missed = 0;
  const action = { run: async () => undefined, onMissed: () => missed++ };
  for (let n = 0; n < 10_000; n++) mirror.act(action);
  expect(missed).toBe(0);
  mirror.act(action);
  expect(missed).toBe(1);
  held.resolve();
  await turn;
  await mirror.turn(async () => undefined);
  // There is no other store: each of them is missed in its turn, and there is room again.
  expect(missed).toBe(10_001);
  const heldAgain = Promise.withResolvers<void>();
  const turnAgain = mirror.turn(() => heldAgain.promise);
  mirror.act(action);
  expect(missed).toBe(10_001);
  heldAgain.resolve();
  await turnAgain;
});

test("messages with texts are written in few commits, and each text keeps its time", async () => {
  using folder = makeTemporaryFolder();
  let commits = 0;
  const store = new SqliteStore({
    path: join(folder.path, "bramble.db"),
    clock: new FakeClock(START_MS),
    onDeath: (error) => {
      throw error;
    },
    onWarning: () => undefined,
    onCommit: () => commits++,
  });
  await store.start();
  let missed = 0;
  const mirror = new Mirror(() => undefined);
  mirror.target = store;
  const MESSAGES = 500;
  for (let message = 0; message < MESSAGES; message++)
    mirror.add({
      readings: [makeReading("pi", "t", START_MS + message, message)],
      attributes: [{ device: deviceId("pi"), name: metricName(`text-${message % 20}`), text: `${message}` }],
      receivedAtMs: START_MS + message,
      onMissed: () => missed++,
    });
  await mirror.turn(async () => undefined);
  const { attributes } = await store.metadata.read();
  await store.stop();
  expect(missed).toBe(0);
  expect(commits).toBeLessThan(20);
  const found = attributes.map(({ text, changedAtMs }) => [Number(text), changedAtMs - START_MS]);
  expect(found.sort(([a = 0], [b = 0]) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => [MESSAGES - 20 + index, MESSAGES - 20 + index]),
  );
});
