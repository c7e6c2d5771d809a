// Display texts of names, numbers and times.
import { describe, expect, test } from "vitest";
import { koreanName } from "../../src/renderer/i18n/korean-names.ts";
import { metricLabel } from "../../src/renderer/i18n/names.ts";
import {
  formatBytes,
  formatQuantity,
  formatTick,
  formatTickInUnit,
  formatValue,
} from "../../src/renderer/i18n/numbers.ts";
import {
  formatAgo,
  formatExactMoment,
  formatInstant,
  formatMoment,
  formatSpan,
  hourOf,
} from "../../src/renderer/i18n/times.ts";
import { historyText } from "../../src/renderer/pages/edit-device/history-text.ts";

test.each([
  ["temperature", "Temperature"],
  ["soil_moisture", "Soil moisture"],
  ["wind.speed", "Wind speed"],
  ["cpu.temperature", "CPU temperature"],
  ["bme280.humidity", "Humidity · bme280"],
  ["pm2", "PM2"],
  ["pH", "pH"],
  ["온도", "온도"],
])("the metric %s is called %s", (name, label) => {
  expect(metricLabel({ name })).toBe(label);
});

test.each([
  ["temperature", "온도"],
  ["soil moisture", "토양 수분"],
  ["wind speed", "풍속"],
  ["pump 2", "펌프 2"],
  ["flux temperature", undefined],
  ["constructor", undefined],
])("the metric %s is called %s in Korean", (name, label) => {
  expect(koreanName(name)).toBe(label);
});

test("a device's own label wins", () => {
  expect(metricLabel({ name: "t", label: "Air" })).toBe("Air");
});

describe("numbers are short at any magnitude", () => {
  test.each([
    [25.5, "25.5"],
    [-3.125, "-3.13"],
    [0.00123456, "0.0012"],
    [1_013.26, "1,013.3"],
    [123_456.7, "123,457"],
    [0, "0"],
  ])("%d as %s", (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  test.each([1e-9, 1e15, -1.7e308, 5e-324])("%d within twelve characters", (value) => {
    expect(formatValue(value).length).toBeLessThanOrEqual(12);
  });

  test("and what is rounded to nought has no sign", () => {
    expect([formatValue(-0.04, 0.1), formatValue(-0.4, 1), formatValue(-0.06, 0.1)]).toEqual(["0.0", "0", "-0.1"]);
  });

  test("with a unit, and with a step's digits", () => {
    expect(formatQuantity(25.5, "°C")).toBe("25.5\u202f°C");
    expect(formatTick(20, 0.5)).toBe("20.0");
    expect(formatBytes(2_100_000_000)).toBe("2.1\u00a0GB");
    expect([0, 12, -999, 1_000].map((bytes) => formatBytes(bytes))).toEqual([
      "0\u00a0B",
      "12\u00a0B",
      "-999\u00a0B",
      "1\u00a0kB",
    ]);
    expect(formatQuantity(12, "B")).toBe("12\u00a0B");
    expect([0, 20].map((tick) => formatTickInUnit(tick, 20, "B", 40))).toEqual(["0\u00a0B", "20\u00a0B"]);
    const ticks = [1_300_980_000, 1_301_000_000, 1_301_020_000];
    expect(ticks.map((tick) => formatTickInUnit(tick, 20_000, "B", 1_301_020_000))).toEqual([
      "1.30098\u00a0GB",
      "1.30100\u00a0GB",
      "1.30102\u00a0GB",
    ]);
    expect([0, 5e8, 1e9].map((tick) => formatTickInUnit(tick, 5e8, "B", 1e9))).toEqual([
      "0.0\u00a0GB",
      "0.5\u00a0GB",
      "1.0\u00a0GB",
    ]);
  });
});

test("a device's history in numbers", () => {
  expect(historyText(undefined, 2)).toBe("its readings of 2 metrics");
  expect(historyText(1, 1)).toBe("its 1 reading");
  expect(historyText(1_234, 1)).toBe("its 1,234 readings");
});

test.each([
  [500, "just now"],
  [-60_000, "just now"],
  [7_000, "7\u202fs ago"],
  [150_000, "2\u202fmin ago"],
  [7_500_000, "2\u202fh ago"],
])("%d ms ago is %s", (agoMs, text) => {
  expect(formatAgo(1_000_000_000 - agoMs, 1_000_000_000)).toBe(text);
});

test.each([
  [250, "250\u202fms"],
  [10_400, "10\u202fs"],
  [90_000_000, "1\u202fd"],
])("%d ms are %s", (spanMs, text) => {
  expect(formatSpan(spanMs)).toBe(text);
});

test.each([
  ["en-GB", "28 Nov, 03:06"],
  ["en-US", "Nov 28, 3:06 AM"],
])("beside its day a time is written as it is alone, in %s", (locale, written) => {
  const options = { day: "numeric", month: "short", hour: hourOf(locale), minute: "2-digit" } as const;
  expect(new Intl.DateTimeFormat(locale, options).format(new Date(2026, 10, 28, 3, 6)).replace(/\s(?=AM)/, " ")).toBe(
    written,
  );
});

test("a time of today has no date, one of another year has the year", () => {
  const at = (year: number, month: number, day: number) => new Date(year, month, day, 10, 5).getTime();
  const now = at(2026, 0, 31);
  expect(formatMoment(now, now)).toMatch(/^10:05\sAM$/);
  expect(formatMoment(at(2026, 0, 3), now)).toMatch(/^Jan 3, 10:05/);
  expect(formatMoment(at(2025, 11, 3), now)).toMatch(/^Dec 3, 2025, 10:05/);
  expect(formatExactMoment(at(2025, 11, 3), now)).toContain("2025");
  expect(formatInstant(at(2019, 11, 3), 1_000)).toMatch(/^Dec 3, 2019, 10:05:00/);
  expect(formatInstant(at(new Date().getFullYear(), 0, 3), 60_000)).toMatch(/^Jan 3, 10:05/);
});
