// Blocks of rollups round-trip bit for bit, and changes are detected.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBlock, encodeBlock, SLOTS_PER_BLOCK } from "../../../../src/hub/store/codec/rollup-block.ts";

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e6, max: 1e6 }).map((hundredths) => hundredths / 100),
);
const summary = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 40 }), value, value, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([count, a, b, share]) => {
    const [min, max] = a < b ? [a, b] : [b, a];
    return { count, min, max, mean: min === max ? min : Math.min(max, Math.max(min, min * share + max * (1 - share))) };
  });

test("what is decoded is what was encoded, wherever the block lies", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.dictionary(fc.integer({ min: 0, max: SLOTS_PER_BLOCK - 1 }).map(String), summary),
      (block, summaries) => {
        const slots = new Map(
          Object.entries(summaries).map(([at, one]) => [block * SLOTS_PER_BLOCK + Number(at), one] as const),
        );
        expect(decodeBlock(block, encodeBlock(block, slots))).toEqual(slots);
      },
    ),
    { numRuns: 500 },
  );
});

test("a full block of a typical sensor fits into a page of the database", () => {
  const slots = new Map(
    Array.from({ length: SLOTS_PER_BLOCK }, (_, slot) => [
      slot,
      { count: 90, min: 20.5 + slot / 10, max: 21.7 + slot / 10, mean: 21 + slot / 7 },
    ]),
  );
  expect(encodeBlock(0, slots).length).toBeLessThan(900);
});

test("any changed bit is noticed", () => {
  const bytes = encodeBlock(3, new Map([[150, { count: 2, min: 1.5, max: 2, mean: 1.75 }]]));
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(decodeBlock(3, changed)).toBeNull();
  }
  expect(decodeBlock(3, bytes.subarray(0, 3))).toBeNull();
});
