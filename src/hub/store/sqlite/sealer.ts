// Seals readings: merges them into the chunks of their series and brings the rollups up to date. Every call belongs into
// a transaction, and may be repeated: sealing the same readings again changes nothing.
import { crc32 } from "node:zlib";
import type Database from "better-sqlite3";
import { type Columns, encodeChunk, READINGS_PER_CHUNK } from "./chunk-codec.ts";
import type { ChunkHead, Chunks } from "./chunks.ts";
import { lowerBound, mergeColumns, NO_READINGS, sliceByTime, sliceRows } from "./columns.ts";
import { History } from "./history.ts";
import { Rollups } from "./rollups.ts";
import { summarize } from "./summary.ts";
import { Tail } from "./tail.ts";

/** Chunks that one call removes at most. */
const REMOVED_AT_ONCE = 64;

export class Sealer {
  readonly #chunks: Chunks;
  readonly #rollups: Rollups;
  readonly #history: History;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database, chunks: Chunks) {
    this.#chunks = chunks;
    this.#rollups = new Rollups(db);
    this.#history = new History(chunks, new Tail());
    this.#statements = prepare(db);
  }

  /** Readings in chunks. */
  get sealedReadings(): number {
    return this.#statements.sealedReadings.get() ?? 0;
  }

  /** Seals readings of one series; they replace those that have the same time. */
  seal(series: number, readings: Columns): void {
    const { tsMs } = readings;
    const [firstMs = 0] = tsMs;
    const lastMs = tsMs.at(-1) ?? 0;
    const near = this.#chunks.at(series, firstMs);
    const within = [...this.#chunks.oldestFirst(series, firstMs + 1, lastMs + 1)];
    const heads = near === null || near.firstMs === within[0]?.firstMs ? within : [near, ...within];
    let start = 0;
    for (const [index, head] of (heads.length === 0 ? [null] : heads).entries()) {
      const next = heads[index + 1];
      const end = next === undefined ? tsMs.length : lowerBound(tsMs, next.firstMs);
      if (end > start) this.#merge(series, head, sliceRows(readings, start, end));
      start = end;
    }
    this.#rollups.refresh(series, tsMs, this.#history);
  }

  /**
   * Removes sealed readings with `fromMs <= t < toMs`, some chunks at a time.
   * Answers true when none is left.
   */
  remove(series: number, fromMs: number, toMs: number): boolean {
    let removed = 0;
    for (const head of [...this.#chunks.oldestFirst(series, fromMs, toMs)]) {
      if (removed++ === REMOVED_AT_ONCE) return false;
      const inside = fromMs <= head.firstMs && head.lastMs < toMs;
      const columns = inside ? NO_READINGS : (this.#chunks.columns(head) ?? NO_READINGS);
      const kept = [sliceByTime(columns, Number.MIN_SAFE_INTEGER, fromMs), sliceByTime(columns, toMs, Infinity)];
      this.#removeChunk(head);
      for (const part of kept) if (part.tsMs.length > 0) this.#addChunk(series, part);
      // Slots between the first and the last one have nothing left; those two may.
      const firstMs = Math.max(fromMs, head.firstMs);
      const lastMs = Math.min(toMs - 1, head.lastMs);
      this.#rollups.remove(series, firstMs, lastMs + 1);
      this.#rollups.refresh(series, Float64Array.of(firstMs, lastMs), this.#history);
    }
    return true;
  }

  #merge(series: number, head: ChunkHead | null, readings: Columns): void {
    const follows = head !== null && head.lastMs < (readings.tsMs[0] ?? 0);
    if (head === null || (follows && head.count >= READINGS_PER_CHUNK)) {
      for (const part of inFullChunks(readings)) this.#addChunk(series, part);
      return;
    }
    const sealed = this.#chunks.columns(head);
    // What cannot be read is kept for whoever wants to look into it.
    if (sealed === null) this.#statements.setAside.run(head.dataId, series, head.firstMs);
    const merged = mergeColumns(sealed ?? NO_READINGS, readings);
    this.#removeChunk(head);
    // In the middle of a series more late readings are likely to come: the parts get room. Its end is filled.
    for (const part of follows ? inFullChunks(merged) : inEvenChunks(merged)) this.#addChunk(series, part);
  }

  #addChunk(series: number, columns: Columns): void {
    const { tsMs, values } = columns;
    const data = encodeChunk(columns);
    const [firstMs = 0] = tsMs;
    const lastMs = tsMs.at(-1) ?? 0;
    const lastValue = values.at(-1) ?? 0;
    const dataId = Number(this.#statements.addData.run(data).lastInsertRowid);
    const head = { series, firstMs, lastMs, ...summarize(columns), lastValue, checksum: crc32(data), dataId };
    const { count, min, max, mean, checksum } = head;
    this.#statements.add.run(series, firstMs, lastMs, count, min, max, mean, lastValue, checksum, dataId);
    this.#statements.count.run(count);
    this.#chunks.remember(head, columns);
  }

  #removeChunk({ series, firstMs, count, dataId }: ChunkHead): void {
    this.#statements.remove.run(series, firstMs);
    this.#statements.removeData.run(dataId);
    this.#statements.count.run(-count);
  }
}

function inFullChunks(columns: Columns): Columns[] {
  return cut(columns, READINGS_PER_CHUNK);
}

function inEvenChunks(columns: Columns): Columns[] {
  const parts = Math.ceil(columns.tsMs.length / READINGS_PER_CHUNK);
  return cut(columns, Math.ceil(columns.tsMs.length / parts));
}

/** Copies, so that a small part does not hold on to the whole. */
function cut(columns: Columns, length: number): Columns[] {
  const parts: Columns[] = [];
  for (let start = 0; start < columns.tsMs.length; start += length) {
    const part = sliceRows(columns, start, Math.min(columns.tsMs.length, start + length));
    parts.push({ tsMs: part.tsMs.slice(), values: part.values.slice() });
  }
  return parts;
}

function prepare(db: Database.Database) {
  return {
    add: db.prepare(
      `INSERT INTO chunk (series, first, last, count, min, max, mean, last_value, checksum, data_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addData: db.prepare("INSERT INTO chunk_data (data) VALUES (?)"),
    remove: db.prepare("DELETE FROM chunk WHERE series = ? AND first = ?"),
    removeData: db.prepare("DELETE FROM chunk_data WHERE id = ?"),
    setAside: db.prepare(
      `INSERT INTO damaged_chunk (series, first, last, count, checksum, data)
       SELECT series, first, last, count, checksum, (SELECT data FROM chunk_data WHERE id = ?)
       FROM chunk WHERE series = ? AND first = ?`,
    ),
    count: db.prepare("UPDATE sealed SET readings = readings + ?"),
    sealedReadings: db.prepare<[], number>("SELECT readings FROM sealed").pluck(),
  };
}
