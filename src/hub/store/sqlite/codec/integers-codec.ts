// A column of whole numbers. Each is foretold from those before it; what is kept is how far off that was: which bin
// the difference falls in, by the entropy coder, and where in the bin, as plain bits.
import type { ByteReader, ByteWriter } from "./byte-stream.ts";
import { levelsOf, readSymbols, writeSymbols } from "./entropy-codec.ts";

/** How a forecast learns from its error: the share of the error that moves its level, and that which moves its step. */
interface Learning {
  readonly level: number;
  readonly step: number;
}

/** Which of these suits a column is found by trying. Their order is part of the format. */
const LEARNINGS: readonly Learning[] = [
  // From the last number alone: a random walk, a counter, a device that sleeps between its readings.
  { level: 1, step: 0 },
  // The last numbers' trend: a smooth curve.
  { level: 1, step: 1 },
  // A mean of the last numbers: noise around something that moves slowly, a grid of times whose clock drifts.
  { level: 1 / 4, step: 0 },
  { level: 1 / 16, step: 0 },
  { level: 1 / 64, step: 0 },
  // A straight line: noise around something that stands still, times on a grid.
  { level: 0, step: 0 },
];

/** Where numbers are read into. */
export interface Memory {
  /** Memory for so many numbers; what is in it is written over. */
  take(count: number): Float64Array;
}

interface Forecast {
  /** An index of LEARNINGS. */
  readonly learning: number;
  readonly first: number;
  /** From one number to the next, at the start. */
  readonly step: number;
  /** An error beyond it is a gap or a jump: the forecast starts again from there. */
  readonly limit: number;
}

/** Bin i holds `[low[i], low[i] + 2^bits[i])`. */
interface Bins {
  readonly low: Float64Array;
  readonly bits: Uint8Array;
}

// The bins of the scale widen with the distance from zero, four to an octave, mirrored around -1/2: a single number
// each up to 8, and up to 2^53 in all. Rising from the most negative.
const SINGLES = 8;
const CLASSES = SINGLES + 4 * (53 - 3);
const SCALE = scaleBins();

const LISTED_MAX = 256;
/** Numbers that a way of writing is chosen by, and how many different steps of theirs are few. */
const SAMPLE_NUMBERS = 512;
const FEW_STEPS = 64;
/** How a column's bins are written: a stretch of the scale, or single numbers, one by one. */
const SCALED_BINS = 0;
const LISTED_BINS = 1;

/** What 32 bits starting anywhere in a byte are sure to hold, rounded down to bytes. */
const BITS_PER_READ = 24;
const NUMBER_END = 2 ** 53;

/**
 * Writes `numbers`, at least one, whole and not -0. False, and nothing written, when they are too large to foretell
 * exactly.
 */
export function writeIntegers(writer: ByteWriter, numbers: Float64Array): boolean {
  const sample = sampleOf(numbers);
  const best = bestForecast(numbers, sample);
  if (best === undefined) return false;
  const { forecast, errors } = best;
  const values = mayBeFew(sample) ? listValues(errors) : undefined;
  const useListed = values !== undefined && listedCost(values, errors.length) < scaledCost(errors);
  writer.uint8(forecast.learning);
  writer.float64(forecast.first);
  writer.float64(forecast.step);
  writer.varint(forecast.limit);
  writer.uint8(useListed ? LISTED_BINS : SCALED_BINS);
  if (useListed) writeListed(writer, values, errors);
  else writeScaled(writer, errors);
  return true;
}

/** Reads `count` numbers, into memory that is taken from there. */
export function readIntegers(reader: ByteReader, count: number, memory: Memory): Float64Array {
  const learning = LEARNINGS[reader.uint8()];
  if (learning === undefined) throw new RangeError("no such forecast");
  const first = reader.float64();
  const step = reader.float64();
  const limit = reader.varint();
  const bins = readBins(reader);
  const levels = readLevels(reader, bins.low.length);
  const symbols = readSymbols(reader, count, levels);
  const numbers = memory.take(count);
  readErrors(reader, symbols, bins, numbers);
  addForecast(numbers, learning, first, step, limit);
  return numbers;
}

/** Turns errors into the numbers themselves, in place. `errorsOf` takes the very same steps. */
function addForecast(numbers: Float64Array, learning: Learning, first: number, firstStep: number, limit: number): void {
  const { level: levelGain, step: stepGain } = learning;
  let level = first;
  let step = firstStep;
  for (let i = 0; i < numbers.length; i++) {
    const error = numbers[i] ?? 0;
    numbers[i] = Math.floor(level) + error;
    level += (Math.abs(error) > limit ? error : levelGain * error) + step;
    step += stepGain * error;
  }
}

/** The errors that `addForecast` turns back into `numbers`; undefined where a double cannot hold one exactly. */
function errorsOf(
  numbers: Float64Array,
  { learning, first, step: firstStep, limit }: Forecast,
): Float64Array | undefined {
  const { level: levelGain, step: stepGain } = LEARNINGS[learning] ?? { level: 1, step: 0 };
  const errors = new Float64Array(numbers.length);
  let level = first;
  let step = firstStep;
  let exact = true;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    const foretold = Math.floor(level);
    const error = number - foretold;
    exact &&= foretold + error === number && error < NUMBER_END && error > -NUMBER_END;
    errors[i] = error;
    level += (Math.abs(error) > limit ? error : levelGain * error) + step;
    step += stepGain * error;
  }
  return exact ? errors : undefined;
}

interface Fitted {
  readonly forecast: Forecast;
  readonly errors: Float64Array;
}

/** A stretch from the middle, by which a way is chosen: what holds for it holds for the rest, or little is lost. */
function sampleOf(numbers: Float64Array): Float64Array {
  const start = Math.max(0, (numbers.length - SAMPLE_NUMBERS) >> 1);
  return numbers.subarray(start, start + SAMPLE_NUMBERS);
}

/** The forecast that costs least on the sample, of those that are exact on all numbers. */
function bestForecast(numbers: Float64Array, sample: Float64Array): Fitted | undefined {
  const { median, limit, slope } = motionOf(numbers);
  const forecasts = LEARNINGS.map(({ level }, learning): { forecast: Forecast; cost: number } => {
    const forecast = { learning, first: numbers[0] ?? 0, step: level === 1 ? median : slope, limit };
    const errors = errorsOf(sample, { ...forecast, first: sample[0] ?? 0 });
    return { forecast, cost: errors === undefined ? Number.POSITIVE_INFINITY : scaledCost(errors) };
  });
  for (const { forecast } of forecasts.sort((a, b) => a.cost - b.cost)) {
    const errors = errorsOf(numbers, forecast);
    if (errors !== undefined) return { forecast, errors };
  }
  return undefined;
}

const SAMPLED_STEPS = 255;

/** How the numbers move on: the median step, what is no ordinary step, and the slope of the line through them. */
function motionOf(numbers: Float64Array): { median: number; limit: number; slope: number } {
  const stride = Math.ceil((numbers.length - 1) / SAMPLED_STEPS);
  const sampled: number[] = [];
  for (let i = 1; i < numbers.length; i += stride) sampled.push((numbers[i] ?? 0) - (numbers[i - 1] ?? 0));
  const steps = Float64Array.from(sampled);
  const median = medianOf(steps);
  const spread = medianOf(steps.map((step) => Math.abs(step - median)));
  const limit = Math.min(Math.ceil(Math.max(16 * spread, Math.abs(median) / 2)), Number.MAX_SAFE_INTEGER);
  // Least squares, over what is left of the numbers without the median step and without gaps and jumps.
  const middle = (numbers.length - 1) / 2;
  let offset = 0;
  let product = 0;
  let square = 0;
  for (let i = 1; i < numbers.length; i++) {
    const rest = (numbers[i] ?? 0) - (numbers[i - 1] ?? 0) - median;
    if (Math.abs(rest) <= limit) offset += rest;
    product += (i - middle) * offset;
    square += (i - middle) * (i - middle);
  }
  return { median, limit, slope: square === 0 ? median : median + product / square };
}

function medianOf(numbers: Float64Array): number {
  return numbers.toSorted()[numbers.length >> 1] ?? 0;
}

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
function binOf(error: number): number {
  return error < 0 ? CLASSES - 1 - classOf(-1 - error) : CLASSES + classOf(error);
}

function classOf(size: number): number {
  if (size < SINGLES) return size;
  // Bit operations end at 32 bits: 24 octaves further down it looks the same.
  if (size >= 2 ** 31) return 24 * 4 + classOf(Math.floor(size / 2 ** 24));
  const octave = 29 - Math.clz32(size);
  return octave * 4 + (size >>> octave);
}

function scaledCost(errors: Float64Array): number {
  const counts = new Uint32Array(2 * CLASSES);
  for (let i = 0; i < errors.length; i++) {
    const bin = binOf(errors[i] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let cost = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count > 0) cost += 4 + count * (Math.log2(errors.length / count) + (SCALE.bits[bin] ?? 0));
  }
  return cost;
}

/** True when the steps of the sample are so few different ones that listing them may pay. */
function mayBeFew(sample: Float64Array): boolean {
  const steps = new Set<number>();
  for (let i = 1; i < sample.length; i++) steps.add((sample[i] ?? 0) - (sample[i - 1] ?? 0));
  return steps.size <= FEW_STEPS;
}

/** The different values among `errors` with their counts; undefined when they are many. */
function listValues(errors: Float64Array): Map<number, number> | undefined {
  const counts = new Map<number, number>();
  for (let i = 0; i < errors.length; i++) {
    const error = errors[i] ?? 0;
    counts.set(error, (counts.get(error) ?? 0) + 1);
    if (counts.size > LISTED_MAX) return undefined;
  }
  return counts;
}

/** What it costs to list them, in bits. */
function listedCost(counts: ReadonlyMap<number, number>, length: number): number {
  let cost = 0;
  for (const count of counts.values()) cost += 12 + count * Math.log2(length / count);
  return cost;
}

function writeListed(writer: ByteWriter, counts: ReadonlyMap<number, number>, errors: Float64Array): void {
  // The first error is 0, so from one value to the next it is never 2^53 or more.
  const values = Float64Array.from(counts.keys()).sort();
  writer.varint(values.length);
  let last = 0;
  for (const [index, value] of values.entries()) {
    if (index === 0) writer.float64(value);
    else writer.varint(value - last);
    last = value;
  }
  const indexes = new Map(Array.from(values, (value, index) => [value, index]));
  const symbols = new Uint16Array(errors.length);
  for (let i = 0; i < errors.length; i++) symbols[i] = indexes.get(errors[i] ?? 0) ?? 0;
  writeCoded(writer, symbols, values.length);
}

function writeScaled(writer: ByteWriter, errors: Float64Array): void {
  const bins = new Uint16Array(errors.length);
  let first = 2 * CLASSES;
  let last = 0;
  for (let i = 0; i < errors.length; i++) {
    const bin = binOf(errors[i] ?? 0);
    if (bin < first) first = bin;
    if (bin > last) last = bin;
    bins[i] = bin;
  }
  const symbols = new Uint16Array(errors.length);
  for (let i = 0; i < bins.length; i++) symbols[i] = (bins[i] ?? 0) - first;
  writer.varint(first);
  writer.varint(last - first + 1);
  writeCoded(writer, symbols, last - first + 1);
  writeOffsets(writer, errors, bins);
}

function readBins(reader: ByteReader): Bins {
  const kind = reader.uint8();
  if (kind === SCALED_BINS) {
    const first = reader.varint();
    const count = reader.varint();
    if (count === 0 || first + count > 2 * CLASSES) throw new RangeError("no such bins");
    return { low: SCALE.low.subarray(first, first + count), bits: SCALE.bits.subarray(first, first + count) };
  }
  if (kind !== LISTED_BINS) throw new RangeError("no such kind of bins");
  const count = reader.varint();
  if (count === 0 || count > LISTED_MAX) throw new RangeError("no such bins");
  const low = new Float64Array(count);
  let value = reader.float64();
  for (let i = 0; i < count; i++) {
    if (i > 0) value += reader.varint();
    low[i] = value;
  }
  return { low, bits: new Uint8Array(count) };
}

function writeCoded(writer: ByteWriter, symbols: Uint16Array, kinds: number): void {
  const counts = new Uint32Array(kinds);
  for (const symbol of symbols) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const levels = levelsOf(counts);
  for (let i = 0; i < kinds; i += 2) writer.uint8((levels[i] ?? 0) | ((levels[i + 1] ?? 0) << 4));
  writeSymbols(writer, symbols, levels);
}

function readLevels(reader: ByteReader, kinds: number): Uint8Array {
  const levels = new Uint8Array(kinds);
  for (let i = 0; i < kinds; i += 2) {
    const pair = reader.uint8();
    levels[i] = pair & 15;
    levels[i + 1] = pair >>> 4;
  }
  return levels;
}

/** Where in its bin each error lies. */
function writeOffsets(writer: ByteWriter, errors: Float64Array, bins: Uint16Array): void {
  let bitCount = 0;
  for (let i = 0; i < bins.length; i++) bitCount += SCALE.bits[bins[i] ?? 0] ?? 0;
  const bytes = new Uint8Array(Math.ceil(bitCount / 8) + 4);
  const view = new DataView(bytes.buffer);
  let bitAt = 0;
  for (let i = 0; i < errors.length; i++) {
    const bin = bins[i] ?? 0;
    let rest = (errors[i] ?? 0) - (SCALE.low[bin] ?? 0);
    let bits = SCALE.bits[bin] ?? 0;
    while (bits > 0) {
      const part = Math.min(bits, BITS_PER_READ);
      const byteAt = bitAt >>> 3;
      const low = rest % 2 ** BITS_PER_READ;
      view.setUint32(byteAt, view.getUint32(byteAt, true) | (low << (bitAt & 7)), true);
      rest = (rest - low) / 2 ** BITS_PER_READ;
      bitAt += part;
      bits -= part;
    }
  }
  writer.append(bytes.subarray(0, Math.ceil(bitCount / 8)));
}

/** The errors: the low end of each symbol's bin and its offset. Looks four bytes ahead. */
function readErrors(reader: ByteReader, symbols: Uint16Array, { low, bits }: Bins, errors: Float64Array): void {
  const { view } = reader;
  let bitAt = (reader.at * 8) | 0;
  // Wide bins are rare, and a loop that allows for them takes twice the time: hence two.
  if (bits.every((width) => width <= BITS_PER_READ)) {
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i] ?? 0;
      const width = bits[symbol] ?? 0;
      errors[i] = (low[symbol] ?? 0) + bitsAt(view, bitAt, width);
      bitAt = (bitAt + width) | 0;
    }
  } else {
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i] ?? 0;
      const width = bits[symbol] ?? 0;
      errors[i] = (low[symbol] ?? 0) + wideBitsAt(view, bitAt, width);
      bitAt = (bitAt + width) | 0;
    }
  }
  reader.at = Math.ceil(bitAt / 8);
}

/** At most BITS_PER_READ of them. */
function bitsAt(view: DataView, bitAt: number, width: number): number {
  return (view.getUint32(bitAt >>> 3, true) >>> (bitAt & 7)) & ((1 << width) - 1);
}

function wideBitsAt(view: DataView, bitAt: number, width: number): number {
  let bits = 0;
  for (let done = 0; done < width; done += BITS_PER_READ) {
    bits += bitsAt(view, bitAt + done, Math.min(width - done, BITS_PER_READ)) * 2 ** done;
  }
  return bits;
}
