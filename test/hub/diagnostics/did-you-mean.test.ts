// Suggestions for mistyped topics and paths: plausible to people, and fast for any input.
import fc from "fast-check";
import { expect, test } from "vitest";
import { meantFilter, meantTopic } from "../../../src/hub/diagnostics/did-you-mean.ts";
import { closest } from "../../../src/shared/closest.ts";

const MOST = 2;

/** As the definition has it (Levenshtein). */
function distance(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return one.length + other.length;
  const [first, ...rest] = one;
  const [otherFirst, ...otherRest] = other;
  if (first === otherFirst) return distance(rest, otherRest);
  return 1 + Math.min(distance(rest, otherRest), distance(rest, other), distance(one, otherRest));
}

test("a name is close where two characters of it are wrong, and not where three are", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "😀"), maxLength: 6 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(closest(one, [other], MOST)).toBe(distance([...one], [...other]) <= MOST ? other : null);
    }),
    { numRuns: 2_000 },
  );
});

test("the closest of several", () => {
  expect(closest("sensor/dta", ["sensor/state", "sensor/data", "data"], MOST)).toBe("sensor/data");
  expect(meantTopic("sensors/pi/data")).toBe("sensor/pi/data");
  expect(meantFilter("bramble/pi/comand")).toBe("bramble/pi/command");
});

test("a thousand long or almost correct filters are compared quickly", () => {
  const long = Array.from({ length: 8 }, (_, level) => `${level}`.repeat(17)).join("/");
  const almost = `brumble/${"d".repeat(64)}/comman`;
  const before = process.threadCpuUsage();
  for (let count = 0; count < 1_000; count++) {
    expect(meantFilter(long)).toBeNull();
    expect(meantFilter(almost)).toBe(`bramble/${"d".repeat(64)}/command`);
  }
  const { user, system } = process.threadCpuUsage(before);
  expect(user + system).toBeLessThan(500_000);
});
