// Times as devices and people write them: seconds to nanoseconds since 1970, and ISO 8601.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPlainDecimal, parseDeviceTimeMs, parseQueryTimeMs } from "../../../src/shared/time.ts";

const MS = Date.UTC(2026, 0, 31, 12, 34, 56, 789);
const MINUTE_MS = 60_000;

describe("a number is", () => {
  test.each([
    ["seconds below 1e11", 99_999_999_999, 99_999_999_999_000],
    ["milliseconds from 1e11 on", 1e11, 1e11],
    ["milliseconds below 1e14", 99_999_999_999_999, 99_999_999_999_999],
    ["microseconds from 1e14 on", 1e14, 1e11],
    ["microseconds below 1e17", 99_999_999_999_999_984, 99_999_999_999_999.98],
    ["nanoseconds from 1e17 on", 1e17, 1e11],
    ["seconds with a fraction", MS / 1e3, MS],
    ["before 1970 where it is negative", -1e9, -1e12],
    ["zero", 0, 0],
  ])("%s", (_name, value, expectedMs) => {
    expect(parseDeviceTimeMs(value)).toBe(Math.round(expectedMs));
    expect(parseDeviceTimeMs(` ${BigInt(Math.trunc(value))} `)).toBe(parseDeviceTimeMs(Math.trunc(value)));
  });

  test("the same time in any unit", () => {
    const times = fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(times, (ms) => {
        for (const value of [ms / 1e3, ms, ms * 1e3, ms * 1e6]) expect(parseDeviceTimeMs(value)).toBe(ms);
        expect(parseDeviceTimeMs((ms / 1e3).toFixed(3))).toBe(ms);
      }),
    );
  });
});

describe("ISO 8601 is", () => {
  test.each([
    ["a date", "2026-01-31", Date.UTC(2026, 0, 31)],
    ["minutes", "2026-01-31T12:34", Date.UTC(2026, 0, 31, 12, 34)],
    ["seconds in UTC", "2026-01-31T12:34:56Z", Date.UTC(2026, 0, 31, 12, 34, 56)],
    ["without offset, which is UTC", "2026-01-31T12:34:56.789", MS],
    ["with a blank for the T", "2026-01-31 12:34:56.789", MS],
    ["in small letters", "2026-01-31t12:34:56.789z", MS],
    ["with a decimal comma", "2026-01-31T12:34:56,789Z", MS],
    ["with nanoseconds", "2026-01-31T12:34:56.789000499Z", MS],
    ["rounded to the next second", "2026-01-31T12:34:59.9999Z", Date.UTC(2026, 0, 31, 12, 35)],
    ["ahead of UTC", "2026-01-31T18:04:56.789+05:30", MS],
    ["behind UTC, over midnight", "2026-01-30T23:34:56.789-1300", MS],
    ["with hours alone for an offset", "2026-01-31T13:34:56.789+01", MS],
    ["as Python prints it", "2026-01-31 12:34:56.789000+00:00", MS],
    ["a leap day", "2024-02-29", Date.UTC(2024, 1, 29)],
    ["a leap day of a century", "2000-02-29", Date.UTC(2000, 1, 29)],
    ["a year before 100", "0050-01-01T00:00:00Z", Date.parse("0050-01-01T00:00:00Z")],
  ])("%s: %s", (_name, text, ms) => {
    expect(parseDeviceTimeMs(text)).toBe(ms);
    expect(parseQueryTimeMs(text)).toBe(ms);
  });

  test.each([
    "2026-02-29",
    "1900-02-29",
    "2026-04-31",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:34:60Z",
    "2026-01-31T12:34:56+24:00",
    "2026-01-31T12:34:56+01:60",
    "2026-01-31T12:34:56.",
    "2026-01-31T",
    "2026-1-31",
    "31.01.2026",
    "01/31/2026",
    "20260131T123456Z",
    "2026-01-31T12:34:56 Europe/Berlin",
    "Sat, 31 Jan 2026 12:34:56 GMT",
    "12:34:56",
    "now",
    "",
    " ",
    "٢٠٢٦-٠١-٣١",
  ])("not %j", (text) => {
    expect(parseDeviceTimeMs(text)).toBeUndefined();
    expect(parseQueryTimeMs(text)).toBeUndefined();
  });

  test("every time at every offset", () => {
    const date = fc.date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true });
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const two = (value: number): string => String(value).padStart(2, "0");
    fc.assert(
      fc.property(date, offset, (when, minutes) => {
        const size = Math.abs(minutes);
        const zone = `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        const local = new Date(when.getTime() + minutes * MINUTE_MS).toISOString().slice(0, -1);
        expect(parseDeviceTimeMs(local + zone)).toBe(when.getTime());
        expect(parseDeviceTimeMs(when.toISOString())).toBe(when.getTime());
      }),
    );
  });
});

test.each([null, undefined, true, {}, [], [1], Number.NaN, Number.POSITIVE_INFINITY, "1e9", "NaN", "9".repeat(400)])(
  "%j is no time of a device",
  (value) => {
    expect(parseDeviceTimeMs(value)).toBeUndefined();
  },
);

test.each([
  ["0", 0],
  ["-1", -1],
  ["1769862896789", MS],
  // Never seconds: what the hub answers is milliseconds, and so is what it is asked.
  ["1769862896", 1_769_862_896],
  ["2026-01-31T18:04:56.789 05:30", MS],
  ["1.5", undefined],
  ["1e12", undefined],
  ["9".repeat(16), undefined],
])("a query may ask for %j", (text, ms) => {
  expect(parseQueryTimeMs(text)).toBe(ms);
});

test.each([
  ["25.5", true],
  ["-3", true],
  ["+3.", true],
  [".5", true],
  ["007", true],
  ["", false],
  [".", false],
  ["-", false],
  ["1e3", false],
  ["1.2.3", false],
  ["0x10", false],
  ["1,5", false],
  ["1_000", false],
  ["٢٥", false],
  ["25 ", false],
  ["25\n", false],
])("%j is a plain decimal number: %s", (text, expected) => {
  expect(isPlainDecimal(text)).toBe(expected);
});

test("any text is a whole number of milliseconds or no time", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."0123456789-+:.TZ ") }),
    fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?[+-]\d\d:\d\d$/),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const ms of [parseDeviceTimeMs(text), parseQueryTimeMs(text)]) {
        expect(ms === undefined || Number.isInteger(ms)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});
