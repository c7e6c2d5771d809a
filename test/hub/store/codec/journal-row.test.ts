// Rows of the journal round-trip bit for bit, and changes are detected.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRow, encodeRow, isWholeRow } from "../../../../src/hub/store/codec/journal-row.ts";

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
const value = fc.oneof(
  doubles,
  fc.constantFrom(0, -0, 0.1, -0.001, 21.57, 1e15, -1e300, 5e-324, Number.MAX_VALUE, 2 ** 53),
  fc.integer({ min: -1e6, max: 1e6 }).map((hundredths) => hundredths / 100),
);
const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  fc.integer({ min: 1_769_860_800_000, max: 1_769_860_900_000 }),
);
const readings = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), time, value), { maxLength: 200 });

test("what is decoded is what was encoded", () => {
  fc.assert(
    fc.property(readings, (rows) => {
      const columns = {
        series: Uint32Array.from(rows, ([series]) => series),
        tsMs: Float64Array.from(rows, ([, tsMs]) => tsMs),
        values: Float64Array.from(rows, ([, , one]) => one),
      };
      const decoded = decodeRow(encodeRow(columns));
      // toEqual of typed arrays tells 0 from -0: times are compared by hand.
      expect(decoded).toMatchObject({ series: columns.series, values: columns.values });
      expect(decoded?.tsMs.every((tsMs, row) => tsMs === columns.tsMs[row])).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("readings of a home take a few bytes each", () => {
  const columns = {
    series: Uint32Array.of(1, 2, 1, 2),
    tsMs: Float64Array.of(1_769_860_800_000, 1_769_860_800_000, 1_769_860_800_003, 1_769_860_800_003),
    values: Float64Array.of(21.57, 48.2, 21.6, 48),
  };
  expect(encodeRow(columns).length).toBeLessThan(4 * 8);
});

test("any changed bit is noticed", () => {
  const row = encodeRow({ series: Uint32Array.of(1), tsMs: Float64Array.of(5), values: Float64Array.of(21.5) });
  expect(isWholeRow(row)).toBe(true);
  for (let bit = 0; bit < 8 * row.length; bit++) {
    const changed = row.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(isWholeRow(changed)).toBe(false);
    expect(decodeRow(changed)).toBeNull();
  }
  expect(isWholeRow(row.subarray(0, 3))).toBe(false);
});
