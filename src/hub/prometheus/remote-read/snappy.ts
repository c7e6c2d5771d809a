// Snappy's block format, in which Prometheus compresses remote reads: a length, then literals and back-references.

const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;
/** The tag of a literal whose length follows in two bytes. */
const TWO_BYTE_LENGTH = 61 << 2;
const MAX_LITERAL_BYTES = 65_536;

/** Null where `packed` is no such block, or holds more than `maxBytes`. */
export function unpackSnappy(packed: Uint8Array, maxBytes: number): Uint8Array | null {
  let at = 0;
  const little = (bytes: number): number => {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += (packed[at++] ?? Number.NaN) * 2 ** (8 * index);
    return value;
  };
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = little(1);
    length += (byte & 0x7f) * 2 ** shift;
    if (!(length <= maxBytes) || shift > 28) return null;
    if (byte < 0x80) break;
  }
  const out = new Uint8Array(length);
  let end = 0;
  while (at < packed.length) {
    const tag = little(1);
    const kind = tag & 3;
    const high = tag >> 2;
    if (kind === LITERAL) {
      const bytes = (high < 60 ? high : little(high - 59)) + 1;
      if (!(at + bytes <= packed.length && end + bytes <= length)) return null;
      out.set(packed.subarray(at, at + bytes), end);
      at += bytes;
      end += bytes;
      continue;
    }
    const bytes = kind === COPY_1 ? (high & 7) + 4 : high + 1;
    const offset = kind === COPY_1 ? (high >> 3) * 256 + little(1) : little(kind === COPY_2 ? 2 : 4);
    if (!(offset > 0 && offset <= end && end + bytes <= length)) return null;
    // A copy may reach into what it copies.
    for (let index = 0; index < bytes; index++, end++) out[end] = out[end - offset] ?? 0;
  }
  return end === length ? out : null;
}

/** Encodes as literals only: not compressed, but valid for every decoder. */
export function packSnappy(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [varint(bytes.length)];
  for (let from = 0; from < bytes.length; from += MAX_LITERAL_BYTES) {
    const literal = bytes.subarray(from, from + MAX_LITERAL_BYTES);
    const last = literal.length - 1;
    parts.push(Uint8Array.of(TWO_BYTE_LENGTH, last & 0xff, last >> 8), literal);
  }
  return Buffer.concat(parts);
}

/** A whole number from 0 on, seven bits a byte, the lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
