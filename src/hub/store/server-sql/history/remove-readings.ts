// Deletes readings of a series: rows first, then the part of chunks in the range. A chunk that is only partly in it is rewritten.

import type { Columns } from "../../codec/chunk-codec.ts";
import { sliceByTime } from "../../codec/columns.ts";
import { SHORTEST_STEP_MS } from "../../common/bucket-parts.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Connection } from "../dialect.ts";
import { toNumber } from "../values.ts";
import { type Chunk, toChunk, toChunks } from "./chunk-row.ts";
import { deleteChunk, insertChunks, lockSeries, markSlots } from "./chunk-table.ts";
import type { HistoryOptions } from "./copy-series.ts";

/** Removed in one transaction. */
const READINGS_PER_TRANSACTION = 50_000;
const CHUNKS_PER_TRANSACTION = 8;

interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A piece at a time, each in a transaction. */
export async function removeReadings(options: HistoryOptions, id: number, range: TimeRange): Promise<void> {
  const { dialect, pool } = options;
  for await (const { fromMs, toMs } of stretches(pool, id, range)) {
    const parameters = [id, fromMs, toMs];
    await pool.transaction(dialect.sql.begin, async (connection) => {
      await connection.query(
        `INSERT INTO rollup_mark (series_id, slot)
         SELECT DISTINCT series_id, ${dialect.sql.divide("ts", String(SHORTEST_STEP_MS))} FROM reading
         WHERE series_id = ? AND ts >= ? AND ts < ?`,
        parameters,
      );
      await connection.query("DELETE FROM reading WHERE series_id = ? AND ts >= ? AND ts < ?", parameters);
    });
  }
  for (let fromMs: number | null = range.fromMs; fromMs !== null; ) {
    const startMs: number = fromMs;
    fromMs = await pool.transaction(dialect.sql.begin, (connection) =>
      removeFromChunks(options, connection, id, { fromMs: startMs, toMs: range.toMs }),
    );
  }
}

/** Of some chunks; answers from where there may be more, null where none is left. */
async function removeFromChunks(
  { rows }: HistoryOptions,
  connection: Connection,
  id: number,
  { fromMs, toMs }: TimeRange,
): Promise<number | null> {
  await lockSeries(connection, id);
  let nextMs = fromMs;
  for (let count = 0; count < CHUNKS_PER_TRANSACTION && nextMs < toMs; count++) {
    const [found] = await connection.chunks([{ id, fromMs: nextMs, toMs, limit: 1 }], "oldest-first");
    if (found === undefined) return null;
    const chunk = toChunk(found.slice(1));
    await cutChunk(connection, id, chunk, rows.open(id, chunk), { fromMs, toMs });
    nextMs = chunk.lastMs + 1;
  }
  return nextMs < toMs ? nextMs : null;
}

async function cutChunk(
  connection: Connection,
  id: number,
  chunk: Chunk,
  columns: Columns | null,
  { fromMs, toMs }: TimeRange,
): Promise<void> {
  const { firstMs, lastMs } = chunk;
  if (columns === null) {
    // A damaged chunk cannot be rewritten: it is deleted once the range covers all of it.
    if (fromMs > firstMs || lastMs >= toMs) return;
    await connection.query(MARK_SUMMARIES, [
      id,
      Math.floor(firstMs / SHORTEST_STEP_MS),
      Math.floor(lastMs / SHORTEST_STEP_MS),
    ]);
    await deleteChunk(connection, id, chunk);
    return;
  }
  await markSlots(connection, id, sliceByTime(columns, fromMs, toMs).tsMs);
  await deleteChunk(connection, id, chunk);
  const kept = [sliceByTime(columns, firstMs, fromMs), sliceByTime(columns, toMs, lastMs + 1)];
  await insertChunks(
    connection,
    kept.flatMap((part) => toChunks(part).map((made) => ({ id, chunk: made }))),
  );
}

const MARK_SUMMARIES = `
  INSERT INTO rollup_mark (series_id, slot)
  SELECT series_id, slot FROM rollup_slot WHERE series_id = ? AND minutes = 15 AND slot >= ? AND slot <= ?`;

/** Cuts the rows that a series has of a range into stretches of a transaction's size; none where it has no rows. */
async function* stretches(pool: ConnectionPool, id: number, { fromMs, toMs }: TimeRange): AsyncGenerator<TimeRange> {
  const at = (offset: number, from: number) =>
    pool.read(async (connection) => {
      const [row] = await connection.query(
        `SELECT ts FROM reading WHERE series_id = ? AND ts >= ? AND ts < ? ORDER BY ts LIMIT 1 OFFSET ${offset}`,
        [id, from, toMs],
      );
      return row === undefined ? null : toNumber(row[0]);
    });
  let startMs = await at(0, fromMs);
  while (startMs !== null) {
    const nextMs = await at(READINGS_PER_TRANSACTION, startMs);
    yield { fromMs: startMs, toMs: nextMs ?? toMs };
    startMs = nextMs;
  }
}
