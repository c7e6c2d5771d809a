// The sealed readings: chunks of one series each, compressed, that do not overlap.
import { crc32 } from "node:zlib";
import type Database from "better-sqlite3";
import { errorText } from "../../../../shared/error-text.ts";
import { type Columns, decodeChunk } from "../../codec/chunk-codec.ts";
import type { ColumnMemory } from "../../codec/column-memory.ts";
import type { Summary } from "../../codec/summary.ts";

/** The head of a chunk, which is read without decoding it. */
export interface ChunkHead extends Summary {
  readonly series: number;
  /** Time of its first and of its last reading. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastValue: number;
  /** CRC-32 of its data. */
  readonly checksum: number;
  readonly dataId: number;
}

export interface Damage {
  readonly head: ChunkHead;
  readonly reason: string;
}

export interface ChunksOptions {
  /** Readings that the cache holds decoded. */
  readonly cachedReadings: number;
  /** If set, returned columns are valid only until its next `release`. */
  readonly memory?: ColumnMemory;
  /** Called once for each chunk whose data is not what was written. Its readings are missing from every answer. */
  readonly onDamage: (damage: Damage) => void;
}

/** The overhead of a decoded chunk, counted as readings: it bounds how many small ones are cached. */
const READINGS_PER_COLUMNS = 32;
/** Heads are read in pages of rising size: most queries end with the first page. */
const HEADS_AT_FIRST = 2;
const HEADS_AT_ONCE = 128;

export class Chunks {
  readonly #options: ChunksOptions;
  readonly #statements: ReturnType<typeof prepare>;
  /** By series, first time and checksum; least recently used first. */
  readonly #decoded = new Map<string, Columns>();
  #decodedReadings = 0;
  readonly #damaged = new Set<string>();

  constructor(db: Database.Database, options: ChunksOptions) {
    this.#options = options;
    this.#statements = prepare(db);
  }

  /** The chunk with the latest readings of a series. */
  last(series: number): ChunkHead | null {
    return this.at(series, Number.MAX_SAFE_INTEGER);
  }

  /** The chunk that begins at or before `tsMs`, the nearest one. */
  at(series: number, tsMs: number): ChunkHead | null {
    return toHead(this.#statements.before.get(series, tsMs, 1));
  }

  /** The chunk that begins after `tsMs`, the nearest one. */
  after(series: number, tsMs: number): ChunkHead | null {
    return toHead(this.#statements.from.get(series, tsMs + 1, Number.MAX_SAFE_INTEGER, 1));
  }

  /** Chunks that may hold readings of `fromMs <= t < toMs`, oldest first. */
  *oldestFirst(series: number, fromMs: number, toMs: number): Generator<ChunkHead> {
    const first = this.at(series, fromMs);
    if (first !== null && first.lastMs >= fromMs) yield first;
    let afterMs = first === null ? Number.MIN_SAFE_INTEGER : first.firstMs + 1;
    for (let limit = HEADS_AT_FIRST; ; limit = Math.min(2 * limit, HEADS_AT_ONCE)) {
      const heads = toHeads(this.#statements.from.all(series, afterMs, toMs, limit));
      yield* heads;
      const last = heads.at(-1);
      if (last === undefined || heads.length < limit) return;
      afterMs = last.firstMs + 1;
    }
  }

  /** The same, newest first. */
  *newestFirst(series: number, fromMs: number, toMs: number): Generator<ChunkHead> {
    let beforeMs = toMs - 1;
    for (let limit = HEADS_AT_FIRST; ; limit = Math.min(2 * limit, HEADS_AT_ONCE)) {
      const heads = toHeads(this.#statements.before.all(series, beforeMs, limit));
      for (const head of heads) {
        if (head.lastMs < fromMs) return;
        yield head;
      }
      const last = heads.at(-1);
      if (last === undefined || heads.length < limit) return;
      beforeMs = last.firstMs - 1;
    }
  }

  /** The readings of a chunk; none, after a call of `onDamage`, where its data is corrupt. Not to be changed. */
  columns(head: ChunkHead): Columns | null {
    const key = keyOf(head);
    const known = this.#decoded.get(key);
    if (known !== undefined) {
      this.#decoded.delete(key);
      this.#decoded.set(key, known);
      return known;
    }
    const columns = this.open(head);
    if (columns !== null) this.remember(head, columns);
    return columns;
  }

  /** The same for a caller that needs them briefly and calls `close`; `data` is given where it is at hand. */
  open(head: ChunkHead, data: Uint8Array | null = null): Columns | null {
    const decoded = openChunk(head, data ?? this.data(head), this.#options.memory);
    if (!("reason" in decoded)) return decoded;
    const key = keyOf(head);
    if (!this.#damaged.has(key)) this.#options.onDamage({ head, reason: decoded.reason });
    this.#damaged.add(key);
    return null;
  }

  /** Returns the columns of `open`. */
  close({ tsMs, values }: Columns): void {
    this.#options.memory?.giveBack(tsMs);
    this.#options.memory?.giveBack(values);
  }

  /** Caches the readings of a chunk that was just written: they are likely to be read. */
  remember(head: ChunkHead, columns: Columns): void {
    const before = this.#decoded.get(keyOf(head));
    this.#decoded.set(keyOf(head), columns);
    this.#decodedReadings += weightOf(columns) - (before === undefined ? 0 : weightOf(before));
    for (const [key, { tsMs, values }] of this.#decoded) {
      if (this.#decodedReadings <= this.#options.cachedReadings) return;
      this.#decoded.delete(key);
      this.#decodedReadings -= weightOf({ tsMs, values });
      this.#options.memory?.giveBackLater(tsMs);
      this.#options.memory?.giveBackLater(values);
    }
  }

  /** Releases a chunk that its caller has finished with. */
  forget(head: ChunkHead): void {
    const columns = this.#decoded.get(keyOf(head));
    if (columns === undefined) return;
    this.#decoded.delete(keyOf(head));
    this.#decodedReadings -= weightOf(columns);
    this.close(columns);
  }

  /** The bytes of a chunk as they are stored. */
  data(head: ChunkHead): Uint8Array {
    return this.#statements.data.get(head.dataId) ?? new Uint8Array();
  }
}

/** The readings in `data`, or why they do not match `head`. */
export function openChunk(
  head: ChunkHead,
  data: Uint8Array,
  memory?: ColumnMemory,
): Columns | { readonly reason: string } {
  if (crc32(data) !== head.checksum) return { reason: "its checksum does not match" };
  try {
    const columns = decodeChunk(data, memory);
    return columns.tsMs.length === head.count ? columns : { reason: "it holds another number of readings" };
  } catch (error) {
    return { reason: errorText(error) };
  }
}

/** The value of a chunk's only reading, if the head determines it: a zero loses its sign there. */
export function soleValue({ count, lastValue }: ChunkHead): number | null {
  return count === 1 && lastValue !== 0 ? lastValue : null;
}

function weightOf({ tsMs }: Columns): number {
  return tsMs.length + READINGS_PER_COLUMNS;
}

function keyOf({ series, firstMs, checksum }: ChunkHead): string {
  return `${series}:${firstMs}:${checksum}`;
}

export type HeadRow = readonly [
  series: number,
  firstMs: number,
  lastMs: number,
  count: number,
  min: number,
  max: number,
  mean: number,
  lastValue: number,
  checksum: number,
  dataId: number,
];

/** In the order of `HeadRow`. */
export const HEAD_COLUMNS = "series, first, last, count, min, max, mean, last_value, checksum, data_id";

export function toHead(row: readonly [...HeadRow, ...unknown[]] | undefined): ChunkHead | null {
  if (row === undefined) return null;
  const [series, firstMs, lastMs, count, min, max, mean, lastValue, checksum, dataId] = row;
  return { series, firstMs, lastMs, count, min, max, mean, lastValue, checksum, dataId };
}

function toHeads(rows: readonly HeadRow[]): ChunkHead[] {
  return rows.flatMap((row) => toHead(row) ?? []);
}

function prepare(db: Database.Database) {
  return {
    before: db
      .prepare<[series: number, atMs: number, limit: number], HeadRow>(
        `SELECT ${HEAD_COLUMNS} FROM chunk WHERE series = ? AND first <= ? ORDER BY first DESC LIMIT ?`,
      )
      .raw(),
    from: db
      .prepare<[series: number, fromMs: number, toMs: number, limit: number], HeadRow>(
        `SELECT ${HEAD_COLUMNS} FROM chunk WHERE series = ? AND first >= ? AND first < ? ORDER BY first LIMIT ?`,
      )
      .raw(),
    data: db.prepare<[id: number], Buffer>("SELECT data FROM chunk_data WHERE id = ?").pluck(),
  };
}
