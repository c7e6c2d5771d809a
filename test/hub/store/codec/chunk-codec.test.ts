// A chunk round-trips bit for bit; invalid bytes are harmless; and it is small.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Columns,
  decodeChunk,
  encodeChunk,
  READINGS_PER_CHUNK,
} from "../../../../src/hub/store/codec/chunk-codec.ts";

const START_MS = 1_750_000_000_000;
const READINGS_MAX = 65_535;

function bitsOf(doubles: Float64Array): Buffer {
  return Buffer.from(doubles.buffer, doubles.byteOffset, doubles.byteLength);
}

/** Compares bits: numbers would let -0 pass for 0. */
function expectRoundTrip(columns: Columns): Uint8Array {
  const chunk = encodeChunk(columns);
  const decoded = decodeChunk(chunk);
  expect(bitsOf(decoded.tsMs).equals(bitsOf(columns.tsMs))).toBe(true);
  expect(bitsOf(decoded.values).equals(bitsOf(columns.values))).toBe(true);
  return chunk;
}

function columnsOf(count: number, tsMs: (index: number) => number, value: (index: number) => number): Columns {
  return {
    tsMs: Float64Array.from({ length: count }, (_, index) => tsMs(index)),
    values: Float64Array.from({ length: count }, (_, index) => value(index)),
  };
}

const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const nasty = fc.constantFrom(
  ...[0, -0, 5e-324, -2.3e-308, 1.7e308, -1.7e308, 0.1, 0.1 + 0.2, 1 / 3, 1e21, 21.37, -0.5],
  ...[2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 64],
);
const decimal = (unit: number) => fc.integer({ min: -50_000, max: 50_000 }).map((number) => number / unit);
const value = fc.oneof(
  double,
  nasty,
  decimal(10),
  decimal(1_000),
  fc.maxSafeInteger(),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);
/** Of one kind, or of one kind with strangers among them. */
const values = fc.oneof(
  fc.array(value, { minLength: 1 }),
  ...[decimal(10), decimal(100), decimal(1e9), double, nasty, fc.maxSafeInteger(), fc.integer()].map((kind) =>
    fc.array(fc.oneof({ arbitrary: kind, weight: 60 }, { arbitrary: value, weight: 1 }), {
      minLength: 1,
      maxLength: 300,
      size: "max",
    }),
  ),
);
const times = (count: number) =>
  fc.oneof(
    fc.uniqueArray(fc.maxSafeInteger(), { minLength: count, maxLength: count }),
    fc.uniqueArray(fc.integer({ min: START_MS, max: START_MS + 100_000 }), { minLength: count, maxLength: count }),
    fc
      .integer({ min: 1, max: 86_400_000 })
      .map((stepMs) => Array.from({ length: count }, (_, i) => START_MS + i * stepMs)),
  );
const columns = values.chain((list) =>
  times(list.length).map((unsorted): Columns => {
    return { tsMs: Float64Array.from(unsorted).sort(), values: Float64Array.from(list) };
  }),
);

describe("a chunk decodes bit for bit", () => {
  test("whatever the times and values are", () => {
    fc.assert(
      fc.property(columns, (given) => void expectRoundTrip(given)),
      { numRuns: 1_000 },
    );
  });

  test("whatever its length is", () => {
    const random = seededRandom(1);
    for (const count of [1, 2, 3, 4, 5, 7, 8, 255, 256, 257, READINGS_PER_CHUNK, READINGS_MAX]) {
      expectRoundTrip(columnsOf(count, sleeping(random), walk(random, 21, 0.1, 2)));
      expectRoundTrip(columnsOf(count, onGrid(random), () => random()));
    }
  });

  test.each([
    ["the whole range of times", [-Number.MAX_SAFE_INTEGER, -1, 0, 1, Number.MAX_SAFE_INTEGER]],
    ["times that are as far apart as times can be", [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
    ["times before 1970", [-86_400_000, -86_399_999, -1]],
  ])("%s", (_, list) => {
    expectRoundTrip({ tsMs: Float64Array.from(list), values: Float64Array.from(list, () => 20.5) });
  });

  test("jumps from one end of the whole numbers to the other", () => {
    const ends = [0, 8e15, 0, -8e15, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 52, -(2 ** 52), 1];
    for (const count of [2, 4, 6, 1_000]) {
      expectRoundTrip(columnsOf(count, onGrid(seededRandom(2)), (index) => ends[index % ends.length] ?? 0));
      expectRoundTrip(columnsOf(count, onGrid(seededRandom(2)), (index) => (index % 2 === 0 ? 2 ** 52 : -(2 ** 52))));
    }
  });

  test("a negative zero among decimals", () => {
    expectRoundTrip(
      columnsOf(
        1_000,
        (index) => index,
        (index) => (index % 100 === 50 ? -0 : (index % 7) / 10),
      ),
    );
  });

  test("a view into a larger buffer, as SQLite may hand it out", () => {
    const given = columnsOf(100, onGrid(seededRandom(3)), walk(seededRandom(3), 21, 0.1, 2));
    const chunk = encodeChunk(given);
    const larger = new Uint8Array(chunk.length + 20).fill(255);
    larger.set(chunk, 3);
    expect(decodeChunk(larger.subarray(3, 3 + chunk.length))).toEqual(given);
  });

  test("and the columns it was given stay as they were", () => {
    const given = columnsOf(
      100,
      (index) => index,
      (index) => index / 10,
    );
    const copy = structuredClone(given);
    encodeChunk(given);
    expect(given).toEqual(copy);
  });
});

describe("invalid chunks are refused", () => {
  test.each([
    ["no readings", 0, 0],
    ["too many readings", READINGS_MAX + 1, READINGS_MAX + 1],
    ["more times than values", 2, 1],
  ])("%s", (_, timeCount, valueCount) => {
    const given = { tsMs: new Float64Array(timeCount), values: new Float64Array(valueCount) };
    expect(() => encodeChunk(given)).toThrow(RangeError);
  });

  /** It throws an Error, or it is sound as far as lengths go. */
  function expectHarmless(bytes: Uint8Array): void {
    try {
      const { tsMs, values: decoded } = decodeChunk(bytes);
      expect(tsMs.length).toBeGreaterThan(0);
      expect(tsMs.length).toBeLessThanOrEqual(READINGS_MAX);
      expect(decoded.length).toBe(tsMs.length);
    } catch (error) {
      expect(error).toHaveProperty("message", "These bytes are no chunk of readings.");
    }
  }

  test("any bytes, also behind a true beginning", () => {
    const anyBytes = fc.uint8Array({ maxLength: 400, size: "max" });
    fc.assert(fc.property(anyBytes, expectHarmless), { numRuns: 1_000 });
    const chunk = encodeChunk(columnsOf(200, onGrid(seededRandom(4)), walk(seededRandom(4), 21, 0.1, 2)));
    const grafted = fc
      .tuple(fc.nat({ max: chunk.length }), anyBytes)
      .map(([kept, rest]) => Buffer.concat([chunk.subarray(0, kept), rest]));
    fc.assert(fc.property(grafted, expectHarmless), { numRuns: 1_000 });
  });

  test("a chunk with some bytes changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
    const changed = fc.tuple(columns, changes).map(([given, list]) => {
      const chunk = encodeChunk(given);
      for (const [at, byte] of list) chunk[at % chunk.length] = byte;
      return chunk;
    });
    fc.assert(fc.property(changed, expectHarmless), { numRuns: 1_000 });
  });

  test("a chunk cut short, or with more behind it", () => {
    const chunk = encodeChunk(columnsOf(200, onGrid(seededRandom(5)), walk(seededRandom(5), 21, 0.1, 2)));
    for (let length = 0; length < chunk.length; length++) {
      expect(() => decodeChunk(chunk.subarray(0, length))).toThrow("no chunk");
    }
    expect(() => decodeChunk(Buffer.concat([chunk, new Uint8Array(1)]))).toThrow("no chunk");
  });

  test("a chunk of a later format", () => {
    const chunk = encodeChunk(
      columnsOf(
        2,
        (index) => index,
        () => 1,
      ),
    );
    chunk[0] = 2;
    expect(() => decodeChunk(chunk)).toThrow("no chunk");
  });
});

describe("a full chunk is small", () => {
  function bytesPerReading(tsMs: (index: number) => number, valueAt: (index: number) => number): number {
    return expectRoundTrip(columnsOf(READINGS_PER_CHUNK, tsMs, valueAt)).length / READINGS_PER_CHUNK;
  }

  test.each([
    // What the randomness itself takes, without any coder: 6.4 to 6.7 bits for a time, 3.6 to 7 for a value.
    { sensor: "temperature, calm", start: 21, sigma: 0.05, decimals: 2, bytes: 1.45 },
    { sensor: "temperature, lively", start: 21, sigma: 0.3, decimals: 2, bytes: 1.78 },
    { sensor: "humidity", start: 55, sigma: 0.3, decimals: 1, bytes: 1.35 },
  ])("$sensor: less than $bytes bytes a reading", ({ start, sigma, decimals, bytes }) => {
    for (const timesOf of [onGrid, onNoisyGrid, onDriftingGrid, sleeping, sleepingLong]) {
      const random = seededRandom(6);
      expect(bytesPerReading(timesOf(random), walk(random, start, sigma, decimals))).toBeLessThan(bytes);
    }
  });

  test("constant columns take no space", () => {
    expect(
      bytesPerReading(
        (index) => START_MS + index * 10_000,
        () => 21.5,
      ),
    ).toBeLessThan(0.03);
  });

  test("rarely changing columns take almost no space", () => {
    const random = seededRandom(7);
    let on = false;
    const door = () => {
      if (random() < 0.01) on = !on;
      return Number(on);
    };
    expect(bytesPerReading((index) => START_MS + index * 10_000, door)).toBeLessThan(0.05);
  });

  test("a DS18B20, which counts in sixteenths of a degree and tells whole thousandths", () => {
    const random = seededRandom(8);
    const exact = walk(random, 21, 0.05, 6);
    const told = (index: number) => Math.floor(Math.round(exact(index) * 16) * 62.5) / 1_000;
    expect(bytesPerReading(onGrid(random), told)).toBeLessThan(1.25);
  });

  test("gaps between the readings cost what they are worth", () => {
    const random = seededRandom(9);
    let slot = 0;
    const withGaps = () => {
      slot += random() < 0.005 ? 1 + Math.floor(random() * 50) : 1;
      return Math.round(START_MS + slot * 10_000 + gaussian(random) * 20);
    };
    expect(bytesPerReading(withGaps, walk(random, 21, 0.1, 2))).toBeLessThan(1.6);
  });

  test("values with every digit of a double take no more than the double", () => {
    const random = seededRandom(10);
    expect(
      bytesPerReading(
        (index) => START_MS + index * 10_000,
        () => random() * 100,
      ),
    ).toBeLessThan(8.1);
  });
});

/** The same numbers in [0, 1) on every run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Around 0, one wide (Box and Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rounded as a device prints it; how it goes on is not. */
function walk(random: () => number, start: number, sigma: number, decimals: number): (index: number) => number {
  let exact = start;
  return () => {
    exact += gaussian(random) * sigma;
    return Number(exact.toFixed(decimals));
  };
}

// Times of a reading every ten seconds, as devices keep them.

function onGrid(random: () => number): (index: number) => number {
  return (index) => Math.round(START_MS + index * 10_000 + random() * 100 - 50);
}

function onNoisyGrid(random: () => number): (index: number) => number {
  return (index) => Math.round(START_MS + index * 10_000 + gaussian(random) * 20);
}

/** By a clock that runs 37 millionths slow. */
function onDriftingGrid(random: () => number): (index: number) => number {
  return (index) => Math.round(START_MS + index * 10_000.37 + gaussian(random) * 20);
}

/** Each interval begins where the last one ended. */
function sleeping(random: () => number): (index: number) => number {
  let exactMs = START_MS;
  return () => {
    exactMs += 10_000 + gaussian(random) * 20;
    return Math.round(exactMs);
  };
}

/** The same, but the device wakes up late, never early. */
function sleepingLong(random: () => number): (index: number) => number {
  let exactMs = START_MS;
  return () => {
    exactMs += 10_000 - Math.log(1 - random()) * 30;
    return Math.round(exactMs);
  };
}
