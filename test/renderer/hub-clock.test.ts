// The hub's clock as the page learns it from the Date headers of answers.
import { expect, test } from "vitest";
import { HubClock } from "../../src/renderer/api/feed/hub-clock.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 27, 12);
/** As Node writes it: the second that the answer is written in. */
const header = (ms: number) => new Date(ms).toUTCString();

function learned(offsetMs: number, answers = 20): number {
  const clock = new HubClock();
  for (let index = 0; index < answers; index++) {
    const sentMs = NOW + index * 1_357;
    clock.learn(sentMs, sentMs + 20, header(sentMs + 10 + offsetMs));
  }
  return clock.offsetMs.get();
}

test.each([-2 * HOUR_MS, 2 * HOUR_MS, -90_000, 5_000])(
  "an offset of %d ms is found within a tenth of a second",
  (offset) => {
    expect(Math.abs(learned(offset) - offset)).toBeLessThanOrEqual(100);
  },
);

test("one response is enough for an accuracy of a second", () => {
  expect(Math.abs(learned(-2 * HOUR_MS, 1) + 2 * HOUR_MS)).toBeLessThanOrEqual(1_000);
});

test("clocks that agree have no offset", () => {
  expect(learned(0)).toBe(0);
});

test("a clock that is set right is followed", () => {
  const clock = new HubClock();
  clock.learn(NOW + 2 * HOUR_MS, NOW + 2 * HOUR_MS + 20, header(NOW));
  expect(clock.offsetMs.get()).toBeLessThan(-HOUR_MS);
  clock.learn(NOW + 5_000, NOW + 5_020, header(NOW + 5_010));
  expect(clock.offsetMs.get()).toBe(0);
});

test.each([null, "", "yesterday"])("a Date header of %j teaches nothing", (date) => {
  const clock = new HubClock();
  clock.learn(NOW, NOW + 20, date);
  expect(clock.offsetMs.get()).toBe(0);
});

test("a clock set back between request and response is ignored", () => {
  const clock = new HubClock();
  clock.learn(NOW + HOUR_MS, NOW, header(NOW));
  expect(clock.offsetMs.get()).toBe(0);
});
