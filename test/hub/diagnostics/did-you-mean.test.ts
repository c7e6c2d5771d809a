// Suggestions for mistyped topics and paths: plausible to people, and fast for any input.
import fc from "fast-check";
import { expect, test } from "vitest";
import { meantFilter, meantPath, meantTopic } from "../../../src/hub/diagnostics/did-you-mean.ts";
import { closest } from "../../../src/shared/closest.ts";

const MAX_DISTANCE = 2;

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
      expect(closest(one, [other], MAX_DISTANCE)).toBe(distance([...one], [...other]) <= MAX_DISTANCE ? other : null);
    }),
    { numRuns: 2_000 },
  );
});

test("the closest of several", () => {
  expect(closest("sensor/dta", ["sensor/state", "sensor/data", "data"], MAX_DISTANCE)).toBe("sensor/data");
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

test.each([
  ["sensors/data", "sensor/data"],
  ["/sensor/data", "sensor/data"],
  ["Sensor/Data", "sensor/data"],
  ["sensor/data/", "sensor/data"],
  ["sensors/raspi-01/data", "sensor/raspi-01/data"],
  ["bramble/raspi-01/reading", "bramble/raspi-01/readings"],
  ["bramble/raspi-01/metrics/cpu", "bramble/raspi-01/metric/cpu"],
  ["bramble/raspi-01/sate", "bramble/raspi-01/state"],
  ["weather", null],
  ["home/kitchen/temperature", null],
  ["$SYS/broker/uptime", null],
  ["a/".repeat(500), null],
])("the topic %s: meant is %s", (topic, meant) => {
  expect(meantTopic(topic)).toBe(meant);
});

test.each([
  ["bramble/fan/commands", "bramble/fan/command"],
  ["bramble/+/command", null],
  ["#", null],
])("the filter %s: meant is %s", (filter, meant) => {
  expect(meantFilter(filter)).toBe(meant);
});

test.each([
  ["/data/", "/data"],
  ["/Data", "/data"],
  ["/sensor/data", "/data"],
  ["/api/v1/reading", "/api/v1/readings"],
  ["/readings", "/api/v1/readings"],
  ["/", null],
  ["/api/v1/devices", null],
])("the path %s: meant is %s", (path, meant) => {
  expect(meantPath(path)).toBe(meant);
});
