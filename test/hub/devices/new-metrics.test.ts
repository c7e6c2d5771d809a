// A message's new metrics: admitted once, and told apart, since making a series is more work than adding to one.
import { expect, test } from "vitest";
import { FakeClock } from "../../support/fake-clock.ts";
import { startRegistry } from "../../support/stores/registry.ts";
import { makeReading, openTestStore } from "../../support/stores/store.ts";

const START_MS = Date.UTC(2026, 1, 2, 22);
const SOURCE = { address: "10.0.0.1", session: null };

test("how many metrics of a message are new is told once", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  const registry = await startRegistry(open);
  const first = ["t", "h", "t"].map((metric, second) => makeReading("a", metric, START_MS + second, 1));
  const second = ["t", "p"].map((metric) => makeReading("a", metric, START_MS, 1));
  const other = [makeReading("b", "t", START_MS, 1)];
  expect([first, first, second, other].map((readings) => registry.admit(readings, SOURCE))).toEqual([2, 0, 1, 1]);
  await registry.stop();
});
