// Doubles in few bytes: most values have some decimals, and are whole numbers once multiplied with the right power of ten.
import type { ByteReader, ByteWriter } from "./byte-stream.ts";

/** How a value is encoded: the count of its decimals, or WHOLE_VALUE for the double in its own bytes. Four bits. */
export type ValueWay = number;
const DECIMALS_MAX = 9;
const WHOLE_VALUE = 15;
/** Values with decimals, and distances, are encoded as whole numbers below this. */
export const NUMBER_MAX = 2 ** 51;
const POWERS = Array.from({ length: DECIMALS_MAX + 1 }, (_, decimals) => 10 ** decimals);

/** The shortest lossless encoding of a value. */
export function wayOf(value: number): ValueWay {
  if (Object.is(value, -0)) return WHOLE_VALUE;
  for (let decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
    const power = POWERS[decimals] ?? 1;
    const number = Math.round(value * power);
    if (Math.abs(number) >= NUMBER_MAX) return WHOLE_VALUE;
    if (number / power === value) return decimals;
  }
  return WHOLE_VALUE;
}

/** Writes a value in its `wayOf`, which is not written. */
export function writeValue(writer: ByteWriter, value: number, way: ValueWay): void {
  if (way === WHOLE_VALUE) writer.float64(value);
  else writer.varint(folded(Math.round(value * (POWERS[way] ?? 1))));
}

export function readValue(reader: ByteReader, way: ValueWay): number {
  return way === WHOLE_VALUE ? reader.float64() : unfolded(reader.varint()) / (POWERS[way] ?? 1);
}

/** Whole numbers of either sign as those from 0 on, small ones small. */
export function folded(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}

export function unfolded(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}
