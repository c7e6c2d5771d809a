// When memory is given back after a flood: in a hub that has become quiet, whatever it still does now and then.
import { pino } from "pino";
import { expect, test } from "vitest";
import { Budget } from "../../../src/hub/access/limits/budget.ts";
import { MemoryGuard } from "../../../src/hub/observe/memory-guard.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const MEMORY_BYTES = 512 * 1024 * 1024;
/** Quiet checks, one a second, until memory is given back. */
const QUIET_CHECKS = 20;

/** Takes more of a core than an idle hub does in a second. */
function work(): void {
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 600_000) {}
}

function start() {
  const clock = new FakeClock(0);
  let released = 0;
  const guard = new MemoryGuard({
    memoryBytes: MEMORY_BYTES,
    budget: new Budget(MEMORY_BYTES),
    clock,
    log: pino({ enabled: false }),
    releaseMemory: async () => void released++,
  });
  guard.start();
  const check = (times: number) => {
    for (let time = 0; time < times; time++) clock.advance(1_000);
  };
  return { check, released: () => released, [Symbol.dispose]: () => guard.stop() };
}

test("a busy moment among quiet ones, such as the collection itself, does not put it off", () => {
  using guard = start();
  guard.check(QUIET_CHECKS / 2);
  work();
  guard.check(1);
  guard.check(QUIET_CHECKS / 2 - 1);
  expect(guard.released()).toBe(0);
  guard.check(1);
  expect(guard.released()).toBe(1);
});

test("a hub that is busy again is left alone until it has been quiet for as long anew", () => {
  using guard = start();
  guard.check(QUIET_CHECKS / 2);
  for (let second = 0; second < 2; second++) {
    work();
    guard.check(1);
  }
  guard.check(QUIET_CHECKS - 1);
  expect(guard.released()).toBe(0);
  guard.check(1);
  expect(guard.released()).toBe(1);
});

test("a quiet hub that has grown again gives memory back again, and one that has not does nothing", () => {
  using guard = start();
  guard.check(QUIET_CHECKS + 10);
  expect(guard.released()).toBe(1);
  guard.check(QUIET_CHECKS * 3);
  expect(guard.released()).toBe(1);
  const grown = Buffer.alloc(128 * 1024 * 1024, 1);
  guard.check(QUIET_CHECKS + 1);
  expect(guard.released()).toBe(2);
  expect(grown.at(-1)).toBe(1);
});
