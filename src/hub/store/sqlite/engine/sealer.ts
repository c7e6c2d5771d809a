// Seals readings: merges them into the chunks of their series and brings the rollups up to date. Every step belongs into
// a transaction, and all may be repeated: sealing the same readings again changes nothing.
import { crc32 } from "node:zlib";
import type Database from "better-sqlite3";
import { type Columns, encodeChunk, READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { lowerBound, mergeColumns, NO_READINGS, sliceByTime, sliceRows } from "../../codec/columns.ts";
import { summarize } from "../../codec/summary.ts";
import type { ChunkHead, Chunks } from "./chunks.ts";
import { History } from "./history.ts";
import { MemTable } from "./mem-table.ts";
import { Rollups } from "./rollups.ts";

/** Chunks that one call removes at most. */
const REMOVED_AT_ONCE = 64;
/** Readings far apart need a rollup each: 256 hours of them are enough for one step. */
const STEP_SPAN_MS = 256 * 3_600_000;

export class Sealer {
  readonly #chunks: Chunks;
  readonly #rollups: Rollups;
  readonly #history: History;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database, chunks: Chunks) {
    this.#chunks = chunks;
    this.#rollups = new Rollups(db);
    this.#history = new History(chunks, new MemTable());
    this.#statements = prepare(db);
  }

  /** Readings in chunks. */
  get sealedReadings(): number {
    return this.#statements.sealedReadings.get() ?? 0;
  }

  /**
   * Seals readings of one series; they replace those that have the same time. A step takes some milliseconds; after each
   * the rollups are those of the chunks.
   */
  seal(series: number, readings: Columns): Generator<void> {
    return this.#take(series, readings, mergeColumns);
  }

  /** Copies the sealed readings of one series to another, where those that have the same time stay. In such steps, too. */
  *copy(from: number, into: number): Generator<void> {
    let head = this.#chunks.after(from, Number.MIN_SAFE_INTEGER);
    for (; head !== null; head = this.#chunks.after(from, head.firstMs)) {
      const columns = this.#chunks.columns(head);
      if (columns === null) this.#setAside(head, into);
      else yield* this.#take(into, columns, (sealed, readings) => mergeColumns(readings, sealed));
    }
    this.#statements.moveSetAside.run(into, from);
  }

  /** Merges readings into one series, in steps; `merge` decides between two at the same time. */
  *#take(series: number, readings: Columns, merge: typeof mergeColumns): Generator<void> {
    const { tsMs } = readings;
    for (let start = 0; start < tsMs.length; ) {
      const firstMs = tsMs[start] ?? 0;
      // Readings before the first chunk are merged into it, so that late readings do not leave many tiny chunks there.
      const head = this.#chunks.at(series, firstMs) ?? this.#chunks.after(series, firstMs);
      const next = head === null ? null : this.#chunks.after(series, head.firstMs);
      const nextRow = next === null ? tsMs.length : lowerBound(tsMs, next.firstMs);
      const end = Math.min(nextRow, start + roomAt(head, firstMs), lowerBound(tsMs, firstMs + STEP_SPAN_MS));
      const part = sliceRows(readings, start, end);
      this.#merge(series, head, part, merge);
      this.#rollups.refresh(series, part.tsMs, this.#history);
      start = end;
      yield;
    }
  }

  /**
   * Removes sealed readings with `fromMs <= t < toMs`, some chunks at a time.
   * Answers true when none is left.
   */
  remove(series: number, fromMs: number, toMs: number): boolean {
    this.#statements.removeSetAside.run(series, fromMs, toMs);
    const heads: ChunkHead[] = [];
    for (const head of this.#chunks.oldestFirst(series, fromMs, toMs)) {
      if (heads.push(head) === REMOVED_AT_ONCE) break;
    }
    const [first] = heads;
    const last = heads.at(-1);
    if (first === undefined || last === undefined) return true;
    for (const head of heads) this.#removeFrom(head, fromMs, toMs);
    // Slots between the first and the last one have nothing left; those two may.
    const firstMs = Math.max(fromMs, first.firstMs);
    const lastMs = Math.min(toMs - 1, last.lastMs);
    this.#rollups.remove(series, firstMs, lastMs + 1, this.#history);
    this.#rollups.refresh(series, Float64Array.of(firstMs, lastMs), this.#history);
    return heads.length < REMOVED_AT_ONCE;
  }

  #removeFrom(head: ChunkHead, fromMs: number, toMs: number): void {
    const { series } = head;
    const isInside = fromMs <= head.firstMs && head.lastMs < toMs;
    const columns = isInside ? NO_READINGS : this.#chunks.columns(head);
    if (columns === null) this.#setAside(head, series);
    this.#removeChunk(head);
    if (columns === null) return;
    const kept = [sliceByTime(columns, Number.MIN_SAFE_INTEGER, fromMs), sliceByTime(columns, toMs, Infinity)];
    for (const part of kept.flatMap(inFullChunks)) this.#addChunk(series, part);
  }

  #merge(series: number, head: ChunkHead | null, readings: Columns, merge: typeof mergeColumns): void {
    const follows = head !== null && head.lastMs < (readings.tsMs[0] ?? 0);
    if (head === null || (follows && head.count >= READINGS_PER_CHUNK)) {
      for (const part of inFullChunks(readings)) this.#addChunk(series, part);
      return;
    }
    const sealed = this.#chunks.columns(head);
    if (sealed === null) this.#setAside(head, series);
    const merged = merge(sealed ?? NO_READINGS, readings);
    this.#removeChunk(head);
    // In the middle of a series more late readings are likely, so the parts are left half full. The end is filled.
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

  /** Corrupt bytes are stored apart as `owner`'s, for a person to inspect. */
  #setAside({ series, firstMs, dataId }: ChunkHead, owner: number): void {
    this.#statements.setAside.run(owner, dataId, series, firstMs);
  }

  #removeChunk({ series, firstMs, count, dataId }: ChunkHead): void {
    this.#statements.remove.run(series, firstMs);
    this.#statements.removeData.run(dataId);
    this.#statements.count.run(-count);
  }
}

/** Runs all steps now. */
export function finish(steps: Iterator<void>): void {
  while (steps.next().done !== true);
}

/** How many readings from `firstMs` on are merged in one step: at the end of a chunk as many as fill it. */
function roomAt(head: ChunkHead | null, firstMs: number): number {
  const isBehind = head === null || head.lastMs < firstMs;
  return isBehind ? READINGS_PER_CHUNK - ((head?.count ?? 0) % READINGS_PER_CHUNK) : 2 * READINGS_PER_CHUNK;
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
       SELECT ?, first, last, count, checksum, (SELECT data FROM chunk_data WHERE id = ?)
       FROM chunk WHERE series = ? AND first = ?`,
    ),
    moveSetAside: db.prepare("UPDATE damaged_chunk SET series = ? WHERE series = ?"),
    removeSetAside: db.prepare("DELETE FROM damaged_chunk WHERE series = ? AND first >= ? AND last < ?"),
    count: db.prepare("UPDATE sealed SET readings = readings + ?"),
    sealedReadings: db.prepare<[], number>("SELECT readings FROM sealed").pluck(),
  };
}
