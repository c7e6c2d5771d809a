// The bins of forecast errors. A column uses one of two kinds: a range of a fixed scale, whose bins widen with the distance from
// zero, or a list of single values. The entropy coder codes the bin, `bit-offsets.ts` the place in it.
import type { ByteReader, ByteWriter } from "./byte-stream.ts";

/** Bin i holds `[low[i], low[i] + 2^bits[i])`. */
export interface Bins {
  readonly low: Float64Array;
  readonly bits: Uint8Array;
}

// Four bins to an octave, mirrored around -1/2: of single numbers up to 8, up to 2^53 in all. They rise from the most
// negative.
const SINGLES = 8;
const CLASSES = SINGLES + 4 * (53 - 3);
export const SCALE = scaleBins();
export const SCALE_BINS = 2 * CLASSES;

const MAX_LISTED_VALUES = 256;
/** Values are listed only where a sample has at most this many different steps. */
const MAX_LISTED_STEPS = 64;
/** The kinds as they stand in a column. */
const SCALED_KIND = 0;
const LISTED_KIND = 1;
/** The estimated cost of a table entry, beside its symbols. */
const BITS_PER_SCALED_ENTRY = 4;
const BITS_PER_LISTED_ENTRY = 12;

function scaleBins(): Bins {
  const low = new Float64Array(2 * CLASSES);
  const bits = new Uint8Array(2 * CLASSES);
  for (let index = 0; index < CLASSES; index++) {
    const octave = Math.max(0, Math.floor((index - SINGLES) / 4) + 1);
    const from = index < SINGLES ? index : (4 + (index % 4)) * 2 ** octave;
    low.set([-from - 2 ** octave], CLASSES - 1 - index);
    low.set([from], CLASSES + index);
    bits.set([octave], CLASSES - 1 - index);
    bits.set([octave], CLASSES + index);
  }
  return { low, bits };
}

/** The bin of the scale that holds `error`. */
export function binOf(error: number): number {
  return error < 0 ? CLASSES - 1 - classOf(-1 - error) : CLASSES + classOf(error);
}

function classOf(size: number): number {
  if (size < SINGLES) return size;
  // Bit operations end at 32 bits: 24 octaves further down it looks the same.
  if (size >= 2 ** 31) return 24 * 4 + classOf(Math.floor(size / 2 ** 24));
  const octave = 29 - Math.clz32(size);
  return octave * 4 + (size >>> octave);
}

/** What a column of errors costs in bins of the scale, in bits: an estimate. */
export function scaledCost(errors: Float64Array): number {
  const counts = new Uint32Array(SCALE_BINS);
  for (let i = 0; i < errors.length; i++) {
    const bin = binOf(errors[i] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let cost = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count > 0) cost += BITS_PER_SCALED_ENTRY + count * (Math.log2(errors.length / count) + (SCALE.bits[bin] ?? 0));
  }
  return cost;
}

/** The different values among `errors` with their counts, where listing them costs less than the scale; else undefined. */
export function binsToList(sample: Float64Array, errors: Float64Array): ReadonlyMap<number, number> | undefined {
  const values = hasFewSteps(sample) ? listValues(errors) : undefined;
  return values !== undefined && listedCost(values, errors.length) < scaledCost(errors) ? values : undefined;
}

function hasFewSteps(sample: Float64Array): boolean {
  const steps = new Set<number>();
  for (let i = 1; i < sample.length; i++) steps.add((sample[i] ?? 0) - (sample[i - 1] ?? 0));
  return steps.size <= MAX_LISTED_STEPS;
}

/** The different values among `errors` with their counts; undefined when there are too many to list. */
function listValues(errors: Float64Array): Map<number, number> | undefined {
  const counts = new Map<number, number>();
  for (let i = 0; i < errors.length; i++) {
    const error = errors[i] ?? 0;
    counts.set(error, (counts.get(error) ?? 0) + 1);
    if (counts.size > MAX_LISTED_VALUES) return undefined;
  }
  return counts;
}

function listedCost(counts: ReadonlyMap<number, number>, length: number): number {
  let cost = 0;
  for (const count of counts.values()) cost += BITS_PER_LISTED_ENTRY + count * Math.log2(length / count);
  return cost;
}

/** Writes bins of single values, which are sorted. */
export function writeListedBins(writer: ByteWriter, values: Float64Array): void {
  writer.uint8(LISTED_KIND);
  writer.varint(values.length);
  let last = 0;
  for (const [index, value] of values.entries()) {
    // The first error of a column is 0, so the distance between two values stays below 2^53.
    if (index === 0) writer.float64(value);
    else writer.varint(value - last);
    last = value;
  }
}

/** Writes `count` bins of the scale from `first` on. */
export function writeScaledBins(writer: ByteWriter, first: number, count: number): void {
  writer.uint8(SCALED_KIND);
  writer.varint(first);
  writer.varint(count);
}

/** Throws a RangeError where no bins were written. */
export function readBins(reader: ByteReader): Bins {
  const kind = reader.uint8();
  if (kind === SCALED_KIND) {
    const first = reader.varint();
    const count = reader.varint();
    if (count === 0 || first + count > SCALE_BINS) throw new RangeError("no such bins");
    return { low: SCALE.low.subarray(first, first + count), bits: SCALE.bits.subarray(first, first + count) };
  }
  if (kind !== LISTED_KIND) throw new RangeError("no such kind of bins");
  const count = reader.varint();
  if (count === 0 || count > MAX_LISTED_VALUES) throw new RangeError("no such bins");
  const low = new Float64Array(count);
  let value = reader.float64();
  for (let i = 0; i < count; i++) {
    if (i > 0) value += reader.varint();
    low[i] = value;
  }
  return { low, bits: new Uint8Array(count) };
}
