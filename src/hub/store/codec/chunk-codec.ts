// A chunk: some thousand readings of one series, compressed, and quick to decode. Times and values are two columns of doubles, and
// each is turned into whole numbers by the best of several transforms.
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { type Memory, readIntegers, writeIntegers } from "./integers-codec.ts";

/** Readings of one series as columns of the same length. */
export interface Columns {
  /** Whole milliseconds, any safe integer, strictly increasing. */
  readonly tsMs: Float64Array;
  /** Finite. */
  readonly values: Float64Array;
}

export const READINGS_PER_CHUNK = 4_096;

const READINGS_MAX = 65_535;
const FORMAT = 1;
/** The readers look this many bytes ahead. */
const PADDING_BYTES = 4;

/** How a column of doubles became whole numbers: up to DECIMALS_MAX the count of decimals, then the others. */
const DECIMALS_MAX = 9;
const FLOAT32 = 10;
const FLOAT64 = 11;

/** At most one value in this many may be an exception to the column's transform; exceptions are stored separately. */
const MISFITS_ONE_IN = 32;

/**
 * A chunk of 1 to 65,535 readings; `decodeChunk` gives them back bit for bit. Throws a RangeError when there are none,
 * too many, or not as many times as values.
 */
export function encodeChunk({ tsMs, values }: Columns): Uint8Array {
  const count = tsMs.length;
  if (count === 0 || count > READINGS_MAX) throw new RangeError(`a chunk cannot hold ${count} readings`);
  if (values.length !== count) throw new RangeError(`${count} times, but ${values.length} values`);
  const writer = new ByteWriter();
  writer.uint8(FORMAT);
  writer.varint(count);
  writeDoubles(writer, tsMs);
  writeDoubles(writer, values);
  writer.append(new Uint8Array(PADDING_BYTES));
  return writer.finish();
}

/**
 * The readings of a chunk. Throws when the bytes cannot have come from `encodeChunk`; corrupt bytes may also decode to other
 * readings, which is detected by the checksum beside them.
 */
export function decodeChunk(bytes: Uint8Array, memory: Memory = newMemory): Columns {
  try {
    const reader = new ByteReader(bytes);
    if (reader.uint8() !== FORMAT) throw new RangeError("its format is unknown");
    const count = reader.varint();
    if (count === 0 || count > READINGS_MAX) throw new RangeError("its count of readings is impossible");
    const tsMs = readDoubles(reader, count, memory);
    const values = readDoubles(reader, count, memory);
    if (reader.at + PADDING_BYTES !== bytes.length) throw new RangeError("its length is wrong");
    return { tsMs, values };
  } catch (cause) {
    throw new Error("These bytes are no chunk of readings.", { cause });
  }
}

const newMemory: Memory = { take: (count) => new Float64Array(count) };

function writeDoubles(writer: ByteWriter, doubles: Float64Array): void {
  for (let decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
    if (writeDecimals(writer, doubles, decimals)) return;
  }
  if (doubles.every((double) => Object.is(Math.fround(double), double))) {
    writer.uint8(FLOAT32);
    // The forecast is exact for 32-bit integers.
    writeIntegers(writer, new Float64Array(new Int32Array(new Float32Array(doubles).buffer)));
    return;
  }
  writer.uint8(FLOAT64);
  const words = new Int32Array(Float64Array.from(doubles).buffer);
  writeIntegers(
    writer,
    Float64Array.from(doubles, (_, i) => words[2 * i + 1] ?? 0),
  );
  writeIntegers(
    writer,
    Float64Array.from(doubles, (_, i) => words[2 * i] ?? 0),
  );
}

function readDoubles(reader: ByteReader, count: number, memory: Memory): Float64Array {
  const way = reader.uint8();
  if (way <= DECIMALS_MAX) return readDecimals(reader, count, way, memory);
  if (way === FLOAT32)
    return new Float64Array(new Float32Array(new Int32Array(readIntegers(reader, count, newMemory)).buffer));
  if (way !== FLOAT64) throw new RangeError("no such way to keep doubles");
  const high = readIntegers(reader, count, newMemory);
  const low = readIntegers(reader, count, newMemory);
  const words = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    words[2 * i] = low[i] ?? 0;
    words[2 * i + 1] = high[i] ?? 0;
  }
  return new Float64Array(words.buffer);
}

/** False, and nothing written, when too many of the doubles have more decimals, or too many digits. */
function writeDecimals(writer: ByteWriter, doubles: Float64Array, decimals: number): boolean {
  const unit = 10 ** decimals;
  const numbers = new Float64Array(doubles.length);
  const misfits: number[] = [];
  const misfitsMax = Math.floor(doubles.length / MISFITS_ONE_IN);
  for (let i = 0; i < doubles.length; i++) {
    const double = doubles[i] ?? 0;
    const number = Math.round(double * unit);
    if (number / unit === double && Math.abs(number) < 2 ** 53 && !Object.is(double, -0)) {
      numbers[i] = number;
    } else {
      if (misfits.length === misfitsMax) return false;
      misfits.push(i);
      numbers[i] = numbers[i - 1] ?? 0;
    }
  }
  const column = new ByteWriter();
  if (!writeIntegers(column, numbers)) return false;
  writer.uint8(decimals);
  writer.varint(misfits.length);
  let last = 0;
  for (const index of misfits) {
    writer.varint(index - last);
    writer.float64(doubles[index] ?? 0);
    last = index;
  }
  writer.append(column.finish());
  return true;
}

function readDecimals(reader: ByteReader, count: number, decimals: number, memory: Memory): Float64Array {
  const misfits = new Map<number, number>();
  let index = 0;
  for (let left = reader.varint(); left > 0; left--) {
    index += reader.varint();
    if (index >= count) throw new RangeError("a value of its own has no place");
    misfits.set(index, reader.float64());
  }
  const doubles = readIntegers(reader, count, memory);
  const unit = 10 ** decimals;
  if (decimals > 0) for (let i = 0; i < count; i++) doubles[i] = (doubles[i] ?? 0) / unit;
  for (const [at, double] of misfits) doubles[at] = double;
  return doubles;
}
