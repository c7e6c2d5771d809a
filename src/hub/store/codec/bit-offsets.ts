// The place of each error in its bin: plain bits, one error after the other, least significant bit first. A read takes a
// 32-bit word at any byte, so four bytes must follow the last error (the chunk's padding).
import type { Bins } from "./bins.ts";
import type { ByteReader, ByteWriter } from "./byte-stream.ts";

/** A 32-bit word at any bit of its first byte holds at least 25 bits; rounded down to bytes. */
const BITS_PER_READ = 24;
const BYTES_PER_READ = 4;

/** Writes the place of `errors[i]` in the bin `binIndexes[i]` of `bins`. */
export function writeOffsets(
  writer: ByteWriter,
  errors: Float64Array,
  binIndexes: Uint16Array,
  { low: lows, bits: widths }: Bins,
): void {
  let bitCount = 0;
  for (let i = 0; i < binIndexes.length; i++) bitCount += widths[binIndexes[i] ?? 0] ?? 0;
  const bytes = new Uint8Array(Math.ceil(bitCount / 8) + BYTES_PER_READ);
  const view = new DataView(bytes.buffer);
  let bitAt = 0;
  for (let i = 0; i < errors.length; i++) {
    const bin = binIndexes[i] ?? 0;
    let rest = (errors[i] ?? 0) - (lows[bin] ?? 0);
    let bits = widths[bin] ?? 0;
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

/** Reads an error for each symbol, the low end of its bin plus the offset, into `errors`. */
export function readErrors(reader: ByteReader, symbols: Uint16Array, { low, bits }: Bins, errors: Float64Array): void {
  const { view } = reader;
  let bitAt = (reader.at * 8) | 0;
  // Bins wider than a read are rare, and a loop that allows for them takes twice the time: hence two loops.
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

/** `width` is at most BITS_PER_READ. */
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
