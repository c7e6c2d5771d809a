// The steps of a move give way to live messages.
import { expect, test } from "vitest";
import { Pacing } from "../../../src/hub/move/copying/pacing.ts";

const STEP_MS = 100;

function rests(pacing: Pacing, waitsMs: readonly number[]): number[] {
  return waitsMs.map((waitMs) => {
    pacing.stored(1);
    pacing.stored(waitMs);
    pacing.stored(2);
    return pacing.restMs(STEP_MS) / STEP_MS;
  });
}

test("a move does not rest while live messages are stored soon, or none come", () => {
  const pacing = new Pacing();
  expect(rests(pacing, [5, 20, 39])).toEqual([0, 0, 0]);
  expect(pacing.restMs(STEP_MS)).toBe(0);
});

test("it rests longer after each step during which one waited too long, and at most four times the step", () => {
  const slow = Array.from({ length: 8 }, () => 50);
  expect(rests(new Pacing(), slow)).toEqual([1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 4, 4]);
});

test("it rests less after each step during which none did, and then not at all", () => {
  const pacing = new Pacing();
  rests(pacing, [50, 50, 50, 50]);
  expect(rests(pacing, [5, 5, 5, 5, 5])).toEqual([1 / 2, 1 / 4, 1 / 8, 0, 0]);
  expect(rests(pacing, [50])).toEqual([1 / 8]);
});

test("a rest is a second at most, however long the step took", () => {
  const pacing = new Pacing();
  pacing.stored(50);
  expect(pacing.restMs(60_000)).toBe(1_000);
});

test("a rest ends with the move", { timeout: 900 }, async () => {
  let nowMs = 0;
  const pacing = new Pacing(() => nowMs);
  const ending = new AbortController();
  const step = pacing.step(async () => {
    pacing.stored(50);
    nowMs += 60_000;
    ending.abort();
    return "done";
  }, ending.signal);
  expect(await step).toBe("done");
});
