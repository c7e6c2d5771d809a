// Values in a person's units: with the sensor's precision, on cards and in charts.
import { describe, expect, test } from "vitest";
import { summaryText } from "../../src/renderer/charts/chart-texts.ts";
import { BucketWindow } from "../../src/renderer/charts/series/bucket-window.ts";
import { mayBeStates } from "../../src/renderer/charts/series/on-off.ts";
import { runsOf } from "../../src/renderer/charts/series/runs.ts";
import { formatQuantity } from "../../src/renderer/i18n/numbers.ts";
import { conversionOf, lastDigitOf, shownAs } from "../../src/renderer/i18n/units.ts";

const IMPERIAL = { temperature: "°F", pressure: "inHg", speed: "mph", length: "in, ft, mi" };
const METRIC = { temperature: "°C", pressure: "hPa", speed: "km/h", length: "mm, m, km" };

test.each([
  [25.5, "°C", 0.1, IMPERIAL, "77.9 °F"],
  [-40, "°C", 1, IMPERIAL, "-40 °F"],
  [21.25, "°C", 0.01, IMPERIAL, "70.25 °F"],
  [70, "°F", 1, METRIC, "21 °C"],
  [32.1, "°F", 0.1, METRIC, "0.1 °C"],
  [25.5, "°C", 0.1, {}, "25.5 °C"],
  [25.5, "°C", 0.1, METRIC, "25.5 °C"],
  [1013.2, "hPa", 0.1, IMPERIAL, "29.920 inHg"],
  [1013, "hPa", 1, IMPERIAL, "29.91 inHg"],
  [101_325, "Pa", 1, METRIC, "1,013.25 hPa"],
  [10, "m/s", 0.1, METRIC, "36.0 km/h"],
  [10, "m/s", 1, IMPERIAL, "22 mph"],
  [12.7, "mm", 0.1, IMPERIAL, "0.500 in"],
  [5, "km", 1, IMPERIAL, "3 mi"],
  [180, "cm", 1, IMPERIAL, "70.9 in"],
  [2, "mm/h", 0.2, IMPERIAL, "0.08 in/h"],
  [6, "ft", 1, METRIC, "1.8 m"],
  [50, "%", 1, IMPERIAL, "50 %"],
  // A colour temperature is no temperature of the air.
  [2_700, "K", 1, IMPERIAL, "2,700 K"],
] as const)("%d %s, seen to %d", (value, unit, digit, choices, text) => {
  const conversion = conversionOf(unit, choices);
  const shown = formatQuantity(conversion.shown(value), conversion.unit, conversion.resolution(digit));
  expect(shown.replace("\u202f", " ")).toBe(text);
});

test("a value of which nothing else is known has the digits that it shows", () => {
  expect([21, 21.5, 21.123].map(lastDigitOf)).toEqual([1, 0.1, 0.01]);
});

test("decimals that people set for a metric hold for what the sensor sends", () => {
  const pressure = { name: "pressure", unit: "hPa", decimals: 0, latest: { ts: 0, value: 1013 }, stale: false };
  expect(shownAs(pressure, IMPERIAL).metric).toMatchObject({ unit: "inHg", decimals: 2 });
  expect(shownAs(pressure, {}).metric).toBe(pressure);
});

test("a chart shows the displayed unit, with the digits of the sent values", () => {
  const bucket = (t: number, value: number) => ({ t, min: value, max: value, avg: value, n: 1 });
  const chart = { device: "pi", metric: "temperature", from: 0, to: 60_000, stepMs: 1_000 };
  const conversion = conversionOf("°C", IMPERIAL);
  // 0.1 °C is 32.18 °F: the arithmetic adds digits, the sensor has one.
  const window = new BucketWindow({ ...chart, buckets: [bucket(0, 0.1), bucket(1_000, 0)] }, { conversion });
  window.add({ ts: 2_000, value: 1 });
  expect(window.buckets.map(({ max }) => max)).toEqual([32.18, 32, 33.8].map((value) => expect.closeTo(value, 9)));
  expect([window.sentResolution, window.resolution]).toEqual([0.1, 0.1]);
  const { metric } = shownAs(
    { name: "temperature", unit: "°C", latest: { ts: 2_000, value: 1 }, stale: false },
    IMPERIAL,
  );
  expect(summaryText(window, metric)).toBe("min 32.0 · mean 32.7 · max 33.8");
});

describe("nought and one", () => {
  const buckets = [0, 1].map((value) => ({ t: value * 1_000, min: value, max: value, avg: value, n: 1 }));
  const chart = { device: "pi", metric: "temperature", from: 0, to: 60_000, stepMs: 1_000, buckets };

  test("in another unit are no states", () => {
    const window = new BucketWindow(chart, { conversion: conversionOf("°C", IMPERIAL), before: 0 });
    expect(window.isOnOff).toBe(false);
  });

  test.each([
    [{}, true],
    [{ kind: "state", unit: "%" }, true],
    [{ unit: "°C" }, false],
    [{ kind: "counter" }, false],
    [{ kind: "measurement" }, false],
  ] as const)("of %j are states: %s", (metric, areStates) => {
    const window = new BucketWindow(chart, { mayBeStates: mayBeStates(metric) });
    expect([window.isOnOff, runsOf(window).isStepped, window.states !== undefined]).toEqual(Array(3).fill(areStates));
  });
});
