// A checksum in front of bytes that the database keeps, by which damage is found.
import { crc32 } from "node:zlib";
import { ByteReader } from "./byte-stream.ts";

/** CRC-32, little-endian. */
const CHECKSUM_BYTES = 4;

/** The bytes behind their checksum. */
export function withChecksum(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_BYTES + data.length);
  new DataView(bytes.buffer).setUint32(0, crc32(data), true);
  bytes.set(data, CHECKSUM_BYTES);
  return bytes;
}

/** The bytes that `withChecksum` was given; null where these are not what it gave. */
export function checkedBytes(bytes: Uint8Array): Uint8Array | null {
  const data = bytes.subarray(CHECKSUM_BYTES);
  return bytes.length >= CHECKSUM_BYTES && new ByteReader(bytes).uint32() === crc32(data) ? data : null;
}
