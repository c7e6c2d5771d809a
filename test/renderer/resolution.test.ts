// Neighbouring numbers on a chart are written differently: on its axis, in its range, in its latest value.
import { describe, expect, test } from "vitest";
import { valueTicks } from "../../src/renderer/charts/drawing/value-ticks.ts";
import { resolutionOf } from "../../src/renderer/charts/series/resolution.ts";
import { formatMean, formatTick, formatValue } from "../../src/renderer/i18n/numbers.ts";

const bucketsOf = (values: readonly number[]) =>
  values.map((value, index) => ({ t: index, min: value, max: value, avg: value, n: 1 }));
const count = (from: number, step: number, length = 360) => Array.from({ length }, (_, index) => from + index * step);

const CASES: readonly (readonly [string, readonly number[]])[] = [
  ["a large counter", count(1_234_567_890_000, 1)],
  ["a larger counter", count(1_234_567_890_123_456, 1)],
  ["a counter in kilowatt-hours", count(1_234_567, 0.1)],
  ["air pressure in a calm", count(1_013.26, 0.001)],
  ["a longitude", count(-122.419_415, 0.000_01)],
  ["a current in nanoamperes", count(1e-7, 1e-10)],
  ["a small current", count(0.001_234, 0.000_001)],
  ["a time in nanoseconds", count(1_795_710_000_123_000, 8)],
  ["a temperature", count(21, 0.06, 60)],
];

describe.each(CASES)("%s", (_name, values) => {
  const resolution = resolutionOf(bucketsOf(values));
  const written = values.map((value) => formatValue(value, resolution));

  test("has neighbours that are written differently", () => {
    expect(new Set(written).size).toBe(values.length);
  });

  test("has different ticks", () => {
    const ticks = valueTicks(values[0] ?? 0, values.at(-1) ?? 0).map(({ value }) => value);
    const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
    const texts = ticks.map((value) => formatTick(value, step));
    expect(texts.length).toBeGreaterThan(1);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test("is written in twenty characters at most", () => {
    expect(written.filter((text) => text.length > 21)).toEqual([]);
  });
});

test("the latest value of a large counter is written in full, also without a chart", () => {
  expect(formatValue(1_234_567_890_359)).toBe("1,234,567,890,359");
});

test.each([
  // A result of arithmetic: as many digits as usual.
  [[20.123_456_789, 21.987_654_321, 20.6, 21.1, 20.9], "21.12"],
  // The difference of the last bits of two doubles is none.
  [[21.4, 21.400_000_000_000_002, 21.5, 21.4], "21.1"],
  [[63, 62.7, 61.9], "21.1"],
  [[0.1 + 0.2, 1.1 * 3, 2.2], "21.1"],
  [[0, 0, 5e7, 0], "21"],
])("beside %j a value is written as %s", (values, written) => {
  expect(formatValue(21.123_456, resolutionOf(bucketsOf(values)))).toBe(written);
});

test("a value keeps its zeros, so that it keeps its width", () => {
  expect(formatValue(63, resolutionOf(bucketsOf([63, 62.7])))).toBe("63.0");
});

test("a mean has the digits of its readings, one more where that would leave one alone", () => {
  expect([formatMean(25.81, 0.1), formatMean(0.42, 1), formatMean(22.4, 1), formatMean(3, 1)]).toEqual([
    "25.8",
    "0.4",
    "22",
    "3",
  ]);
});

test("without readings there is no resolution", () => {
  expect(resolutionOf([])).toBeUndefined();
});

test.each([
  [0, 500_000_000, "0"],
  [1_500_000_000, 500_000_000, "1.5B"],
  [1_234_567_890_100, 50, "1,234,567,890,100"],
  [1_013.261, 0.000_5, "1,013.2610"],
  [2e-7, 1e-7, "2E-7"],
])("the tick %d of steps of %d is %s", (value, step, text) => {
  expect(formatTick(value, step)).toBe(text);
});
