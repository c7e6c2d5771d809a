// A column of whole numbers: the errors of a forecast (`forecast.ts`), each as its bin (`bins.ts`), which the entropy coder codes,
// and its place in the bin (`bit-offsets.ts`). In this order: forecast, bins, frequencies, symbols, offsets.
import { binOf, binsToList, readBins, SCALE, SCALE_BINS, writeListedBins, writeScaledBins } from "./bins.ts";
import { readErrors, writeOffsets } from "./bit-offsets.ts";
import type { ByteReader, ByteWriter } from "./byte-stream.ts";
import { levelsOf, readSymbols, writeSymbols } from "./entropy-codec.ts";
import { addForecast, bestForecast, GAINS, sampleOf } from "./forecast.ts";

/** Where numbers are read into. */
export interface Memory {
  /** A column for `count` numbers; its old contents are overwritten. */
  take(count: number): Float64Array;
}

/**
 * Writes `numbers`, at least one, whole and not -0. False, and nothing written, when they are too large to forecast
 * exactly.
 */
export function writeIntegers(writer: ByteWriter, numbers: Float64Array): boolean {
  const sample = sampleOf(numbers);
  const best = bestForecast(numbers, sample);
  if (best === undefined) return false;
  const { forecast, errors } = best;
  const listed = binsToList(sample, errors);
  writer.uint8(forecast.gains);
  writer.float64(forecast.first);
  writer.float64(forecast.step);
  writer.varint(forecast.limit);
  if (listed !== undefined) writeListed(writer, listed, errors);
  else writeScaled(writer, errors);
  return true;
}

/** Reads `count` numbers into memory of `memory`. Throws a RangeError where no column was written. */
export function readIntegers(reader: ByteReader, count: number, memory: Memory): Float64Array {
  const gains = GAINS[reader.uint8()];
  if (gains === undefined) throw new RangeError("no such forecast");
  const first = reader.float64();
  const step = reader.float64();
  const limit = reader.varint();
  const bins = readBins(reader);
  const levels = readLevels(reader, bins.low.length);
  const symbols = readSymbols(reader, count, levels);
  const numbers = memory.take(count);
  readErrors(reader, symbols, bins, numbers);
  addForecast(numbers, gains, first, step, limit);
  return numbers;
}

function writeListed(writer: ByteWriter, counts: ReadonlyMap<number, number>, errors: Float64Array): void {
  const values = Float64Array.from(counts.keys()).sort();
  writeListedBins(writer, values);
  const indexes = new Map(Array.from(values, (value, index) => [value, index]));
  const symbols = new Uint16Array(errors.length);
  for (let i = 0; i < errors.length; i++) symbols[i] = indexes.get(errors[i] ?? 0) ?? 0;
  writeCoded(writer, symbols, values.length);
}

function writeScaled(writer: ByteWriter, errors: Float64Array): void {
  const bins = new Uint16Array(errors.length);
  let first = SCALE_BINS;
  let last = 0;
  for (let i = 0; i < errors.length; i++) {
    const bin = binOf(errors[i] ?? 0);
    if (bin < first) first = bin;
    if (bin > last) last = bin;
    bins[i] = bin;
  }
  const symbols = new Uint16Array(errors.length);
  for (let i = 0; i < bins.length; i++) symbols[i] = (bins[i] ?? 0) - first;
  writeScaledBins(writer, first, last - first + 1);
  writeCoded(writer, symbols, last - first + 1);
  writeOffsets(writer, errors, bins, SCALE);
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
