// Turns old readings into chunks: a day at a time and, within it, series by series, so that rows that lie together are removed
// together. A step is a transaction of some milliseconds: it removes rows and writes the chunk that they are in, which is opened
// and compared before that. Between two steps it pauses for as long as the step took.
import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "../../../../shared/time.ts";
import { Mutex } from "../../../mutex.ts";
import { READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { mergeColumns, NO_READINGS } from "../../codec/columns.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Connection, Dialect } from "../dialect.ts";
import type { RowReader } from "../reading/row-reader.ts";
import { toNumber } from "../values.ts";
import { toChunks } from "./chunk-row.ts";
import { chunkAt, deleteChunk, hasRoom, insertChunks, lockSeries, nextChunkStart } from "./chunk-table.ts";

export interface CompactionOptions {
  readonly dialect: Dialect;
  readonly pool: ConnectionPool;
  readonly rows: RowReader;
}

export class Compaction {
  readonly #options: CompactionOptions;
  readonly #runs = new Mutex();
  #isStopped = false;

  constructor(options: CompactionOptions) {
    this.#options = options;
  }

  /** Compacts all readings before `endMs`; if a run is under way, another follows it. */
  run(endMs: number): Promise<void> {
    return this.#runs.runExclusive(() => this.#run(endMs));
  }

  /** Resolves when no run is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#runs.idle();
  }

  async #run(endMs: number): Promise<void> {
    const { pool } = this.#options;
    let fromMs = Number.MIN_SAFE_INTEGER;
    while (!this.#isStopped) {
      const oldest = await pool.read((connection) => connection.query(OLDEST_READING, [fromMs, endMs]));
      const oldestMs = oldest[0]?.[0] ?? null;
      if (oldestMs === null) return;
      fromMs = toNumber(oldestMs);
      const dayEndMs = Math.min(endMs, (Math.floor(fromMs / DAY_MS) + 1) * DAY_MS);
      const series = await pool.read((connection) => connection.query(SERIES_WITH_READINGS, [fromMs, dayEndMs]));
      for (const [id] of series) await this.#compactSeries(toNumber(id), fromMs, dayEndMs);
      fromMs = dayEndMs;
    }
  }

  async #compactSeries(id: number, fromMs: number, toMs: number): Promise<void> {
    const { pool, dialect } = this.#options;
    for (let nextMs: number | null = fromMs; nextMs !== null && !this.#isStopped; ) {
      const startMs: number = nextMs;
      const startedAt = performance.now();
      nextMs = await pool.transaction(dialect.sql.begin, (connection) => this.#step(connection, id, startMs, toMs));
      await sleep(performance.now() - startedAt);
    }
  }

  /** Answers from where there may be more; null where nothing is left. */
  async #step(connection: Connection, id: number, fromMs: number, toMs: number): Promise<number | null> {
    await lockSeries(connection, id);
    const times = (offset: number) =>
      connection.query(
        `SELECT ts FROM reading WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT 1 OFFSET ${offset}`,
        [id, fromMs, toMs],
      );
    const [first] = await times(0);
    if (first === undefined) return null;
    const firstMs = toNumber(first[0]);
    const chunk = await chunkAt(connection, id, firstMs);
    const isWithin = chunk !== null && firstMs <= chunk.lastMs;
    const joined = isWithin || (chunk !== null && hasRoom(chunk)) ? this.#options.rows.open(id, chunk) : null;
    // Within a damaged chunk readings stay rows: nothing that is left of it is to be written over.
    if (isWithin && joined === null) return chunk.lastMs + 1;
    const [behind] = await times(READINGS_PER_CHUNK);
    const behindMs = behind === undefined ? toMs : toNumber(behind[0]);
    const endMs = Math.min(behindMs, await nextChunkStart(connection, id, firstMs));
    const taken = await connection.takeRows(id, firstMs, endMs);
    const chunks = toChunks(mergeColumns(joined ?? NO_READINGS, taken));
    if (chunk !== null && joined !== null) await deleteChunk(connection, id, chunk);
    await insertChunks(connection, id, chunks);
    return endMs < toMs ? endMs : null;
  }
}

/** Of all series, by one index lookup each. */
const OLDEST_READING = `
  SELECT MIN(first_ts) FROM (
    SELECT (SELECT MIN(ts) FROM reading WHERE series_id = series.id AND ts >= ? AND ts < ?) AS first_ts FROM series
  ) AS oldest`;
const SERIES_WITH_READINGS = `
  SELECT id FROM series
  WHERE EXISTS (SELECT 1 FROM reading WHERE series_id = series.id AND ts >= ? AND ts < ?) ORDER BY id`;
