// A chunk as a table row: some thousand readings of one series, compressed. Chunks of a series do not overlap. A row of `reading`
// with the time of a reading in a chunk replaces that one: late readings are inserted as rows and merged into the chunk later.
import { crc32 } from "node:zlib";
import { errorText } from "../../../../shared/error-text.ts";
import { type Columns, decodeChunk, encodeChunk, READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { sliceRows } from "../../codec/columns.ts";
import type { Row } from "../dialect.ts";
import { toBytes, toNumber } from "../values.ts";

export interface Chunk {
  /** Time of its first and of its last reading. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastValue: number;
  readonly readings: number;
  /** CRC-32 of its data. */
  readonly checksum: number;
  readonly data: Uint8Array;
}

/** In the order of `toChunk`. */
export const CHUNK_COLUMNS = "first_ts, last_ts, last_value, readings, checksum, data";
/** The most readings of a chunk into which late ones are merged. */
const MAX_READINGS_PER_CHUNK = 2 * READINGS_PER_CHUNK;

export function toChunk([firstMs, lastMs, lastValue, readings, checksum, data]: Row): Chunk {
  return {
    firstMs: toNumber(firstMs),
    lastMs: toNumber(lastMs),
    lastValue: toNumber(lastValue),
    readings: toNumber(readings),
    checksum: toNumber(checksum),
    data: toBytes(data),
  };
}

/** The readings of a chunk, or why they cannot be those that were written. */
export function openChunk(chunk: Chunk): Columns | { readonly reason: string } {
  if (crc32(chunk.data) !== chunk.checksum) return { reason: "its checksum does not match" };
  try {
    const columns = decodeChunk(chunk.data);
    const { tsMs, values } = columns;
    const isWhole =
      tsMs.length === chunk.readings &&
      tsMs[0] === chunk.firstMs &&
      tsMs.at(-1) === chunk.lastMs &&
      values.at(-1) === chunk.lastValue;
    return isWhole ? columns : { reason: "it holds other readings than its row says" };
  } catch (error) {
    return { reason: errorText(error) };
  }
}

/** Encodes readings, in order of time, as chunks. Throws where a chunk does not decode to the same bits. */
export function toChunks(columns: Columns): Chunk[] {
  const count = columns.tsMs.length;
  const parts = Math.ceil(count / MAX_READINGS_PER_CHUNK);
  return Array.from({ length: parts }, (_, part) => {
    const start = Math.floor((part * count) / parts);
    return toWholeChunk(sliceRows(columns, start, Math.floor(((part + 1) * count) / parts)));
  });
}

function toWholeChunk(columns: Columns): Chunk {
  const { tsMs, values } = columns;
  const data = encodeChunk(columns);
  const chunk = {
    firstMs: tsMs[0] ?? 0,
    lastMs: tsMs.at(-1) ?? 0,
    lastValue: values.at(-1) ?? 0,
    readings: tsMs.length,
    checksum: crc32(data),
    data,
  };
  const found = openChunk(chunk);
  const isSame = !("reason" in found) && isEqual(found.tsMs, tsMs) && isEqual(found.values, values);
  if (!isSame) throw new Error("a chunk does not hold the readings that were put into it");
  return chunk;
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((number, index) => Object.is(number, b[index]));
}
