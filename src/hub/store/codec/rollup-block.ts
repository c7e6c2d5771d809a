// Summaries of slots that follow each other, together in few bytes: a chart of years reads a few pages.
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { checkedBytes, withChecksum } from "./checksum.ts";
import { readValue, wayOf, writeValue } from "./compact-number.ts";
import type { Summary } from "./summary.ts";

/** Block n has the slots from n times as many on. Their bytes fit into a page of the database. */
export const SLOTS_PER_BLOCK = 48;

const WAY_BITS = 4;

/** Summaries by slot; all are of one block. Empty slots have none. */
export type Slots = ReadonlyMap<number, Summary>;

/** `decodeBlock` gives them back bit for bit. */
export function encodeBlock(block: number, slots: Slots): Uint8Array {
  const writer = new ByteWriter();
  for (const [slot, { count, min, max, mean }] of [...slots].sort(([a], [b]) => a - b)) {
    writer.uint8(slot - block * SLOTS_PER_BLOCK);
    writer.varint(count);
    const ways = { min: wayOf(min), max: wayOf(max) };
    writer.uint8(ways.min | (ways.max << WAY_BITS));
    writeValue(writer, min, ways.min);
    writeValue(writer, max, ways.max);
    // Of one value, or equal ones, the mean is no other.
    if (min !== max) writer.float64(mean);
  }
  return withChecksum(writer.finish());
}

/** Null when the bytes are not those that `encodeBlock` gave. */
export function decodeBlock(block: number, bytes: Uint8Array): Map<number, Summary> | null {
  const data = checkedBytes(bytes);
  if (data === null) return null;
  const reader = new ByteReader(data);
  const slots = new Map<number, Summary>();
  while (reader.at < data.length) {
    const slot = block * SLOTS_PER_BLOCK + reader.uint8();
    const count = reader.varint();
    const ways = reader.uint8();
    const min = readValue(reader, ways & ((1 << WAY_BITS) - 1));
    const max = readValue(reader, ways >> WAY_BITS);
    slots.set(slot, { count, min, max, mean: min === max ? min : reader.float64() });
  }
  return slots;
}
