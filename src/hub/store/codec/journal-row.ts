// A row of the journal: the readings of one commit in few bytes. A commit of a handful of readings costs the disk whole
// blocks; the fewer bytes a row has, the less often it takes one more of them.
import type { BatchColumns } from "./batch.ts";
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { checkedBytes, withChecksum } from "./checksum.ts";
import { folded, NUMBER_MAX, readValue, unfolded, wayOf, writeValue } from "./compact-number.ts";

/** Each reading begins with a byte: the encodings of its value and of its time. */
const VALUE_BITS = 15;
/** The time as it is; otherwise its distance from the one before. */
const WHOLE_TIME = 16;

/** Readings of one commit, in their order; `decodeRow` gives them back bit for bit. */
export function encodeRow({ series, tsMs, values }: BatchColumns): Uint8Array {
  const writer = new ByteWriter();
  let lastSeries = 0;
  let lastMs = 0;
  for (let row = 0; row < series.length; row++) {
    const id = series[row] ?? 0;
    const ts = tsMs[row] ?? 0;
    const value = values[row] ?? 0;
    const way = wayOf(value);
    const apartMs = ts - lastMs;
    const isFar = Math.abs(apartMs) >= NUMBER_MAX;
    writer.uint8(way | (isFar ? WHOLE_TIME : 0));
    writer.varint(folded(id - lastSeries));
    if (isFar) writer.float64(ts);
    else writer.varint(folded(apartMs));
    writeValue(writer, value, way);
    lastSeries = id;
    lastMs = ts;
  }
  return withChecksum(writer.finish());
}

/** False when the bytes are not those that `encodeRow` gave. */
export function isWholeRow(bytes: Uint8Array): boolean {
  return checkedBytes(bytes) !== null;
}

/** The readings of a row; null when the bytes are not those that `encodeRow` gave. */
export function decodeRow(bytes: Uint8Array): BatchColumns | null {
  const readings = checkedBytes(bytes);
  if (readings === null) return null;
  const reader = new ByteReader(readings);
  const series: number[] = [];
  const tsMs: number[] = [];
  const values: number[] = [];
  let id = 0;
  let ts = 0;
  while (reader.at < readings.length) {
    const kind = reader.uint8();
    id += unfolded(reader.varint());
    ts = (kind & WHOLE_TIME) === 0 ? ts + unfolded(reader.varint()) : reader.float64();
    series.push(id);
    tsMs.push(ts);
    values.push(readValue(reader, kind & VALUE_BITS));
  }
  return { series: Uint32Array.from(series), tsMs: Float64Array.from(tsMs), values: Float64Array.from(values) };
}
