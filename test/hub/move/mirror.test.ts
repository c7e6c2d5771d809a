// The queue for the other store of a move is bounded while that one does not respond.
import { expect, test } from "vitest";
import { Mirror } from "../../../src/hub/move/mirror.ts";

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
