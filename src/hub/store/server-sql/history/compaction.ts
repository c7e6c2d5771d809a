// Turns old readings into chunks, series by series, and of a table that is not kept in the order of its keys a day at a time, so that
// rows that lie together are removed together. A step is a transaction of some milliseconds: it removes rows and writes the chunk that
// they are in, which is opened and compared before that. Between two steps it pauses for as long as the step took.
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

/** Readings become chunks when their day has been over for so long. */
export const COMPACT_AFTER_MS = 90 * DAY_MS;

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
    const { pool, dialect } = this.#options;
    for (let fromMs = Number.MIN_SAFE_INTEGER; !this.#isStopped; ) {
      const oldest = await pool.read((connection) => oldestRows(connection, { fromMs, toMs: endMs }));
      const oldestMs = oldest.reduce((least, { tsMs }) => Math.min(least, tsMs), endMs);
      if (oldestMs === endMs) return;
      const dayEndMs = (Math.floor(oldestMs / DAY_MS) + 1) * DAY_MS;
      const toMs = dialect.wantsKeyOrder ? endMs : Math.min(endMs, dayEndMs);
      for (const { id, tsMs } of oldest) if (tsMs < toMs) await this.#compactSeries(id, tsMs, toMs);
      fromMs = toMs;
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
    await insertChunks(
      connection,
      chunks.map((made) => ({ id, chunk: made })),
    );
    return endMs < toMs ? endMs : null;
  }
}

/**
 * When the oldest row in the range is, of each series that has one. Each series has a condition of its own: for a query over all of
 * them MariaDB would read every row of the range.
 */
async function oldestRows(
  connection: Connection,
  range: { readonly fromMs: number; readonly toMs: number },
): Promise<{ readonly id: number; readonly tsMs: number }[]> {
  const ids = (await connection.query("SELECT id FROM series ORDER BY id")).map(([id]) => toNumber(id));
  const ranges = ids.map((id) => ({ id, ...range, limit: 1 }));
  const rows = await connection.rows(ranges, "oldest-first");
  return rows.map(([place, tsMs]) => ({ id: ids[toNumber(place) - 1] ?? 0, tsMs: toNumber(tsMs) }));
}
