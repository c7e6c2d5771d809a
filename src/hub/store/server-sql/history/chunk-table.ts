// The statements about chunks. Whatever changes the chunks of a series first locks its row in `series`, in a transaction:
// compaction, removing and copying take turns, of several processes, too.

import { READINGS_PER_CHUNK } from "../../codec/chunk-codec.ts";
import { SHORTEST_STEP_MS } from "../../common/bucket-parts.ts";
import { groupsOf } from "../../common/groups.ts";
import type { Connection, Row } from "../dialect.ts";
import { numberList, toNumber } from "../values.ts";
import { CHUNK_COLUMNS, type Chunk, toChunk } from "./chunk-row.ts";

const MARKS_PER_STATEMENT = 500;
/** A statement stays far below the least `max_allowed_packet`. */
const CHUNKS_PER_STATEMENT = 50;

/** It has to be the first statement of its transaction, whose snapshot begins with it. */
export async function lockSeries(connection: Connection, ...ids: readonly number[]): Promise<void> {
  await connection.query(`SELECT id FROM series WHERE id IN ${numberList(ids)} ORDER BY id FOR UPDATE`);
}

/** The chunk that begins at or before `tsMs`, the nearest one. */
export async function chunkAt(connection: Connection, id: number, tsMs: number): Promise<Chunk | null> {
  const [row] = await connection.query(
    `SELECT ${CHUNK_COLUMNS} FROM reading_chunk WHERE series_id = ? AND first_ts <= ? ORDER BY first_ts DESC LIMIT 1`,
    [id, tsMs],
  );
  return row === undefined ? null : toChunk(row);
}

/** When the next chunk after `tsMs` begins; infinite where there is none. */
export async function nextChunkStart(connection: Connection, id: number, tsMs: number): Promise<number> {
  const [row] = await connection.query("SELECT MIN(first_ts) FROM reading_chunk WHERE series_id = ? AND first_ts > ?", [
    id,
    tsMs,
  ]);
  return numberOr(row, Number.POSITIVE_INFINITY);
}

/** The time of the last reading in a chunk of the series; minus infinity where it has none. */
export async function lastChunkedMs(connection: Connection, id: number): Promise<number> {
  const [row] = await connection.query(
    "SELECT last_ts FROM reading_chunk WHERE series_id = ? ORDER BY first_ts DESC LIMIT 1",
    [id],
  );
  return numberOr(row, Number.NEGATIVE_INFINITY);
}

/** Of each series that has chunks the last reading in them: id, time, value. */
export const NEWEST_IN_CHUNKS = `
  SELECT chunk.series_id, chunk.last_ts, chunk.last_value
  FROM (SELECT series_id, MAX(first_ts) AS first_ts FROM reading_chunk GROUP BY series_id) AS newest
  JOIN reading_chunk AS chunk ON chunk.series_id = newest.series_id AND chunk.first_ts = newest.first_ts`;

/** A chunk of a series. */
export interface SeriesChunk {
  readonly id: number;
  readonly chunk: Chunk;
}

export async function insertChunks(connection: Connection, all: readonly SeriesChunk[]): Promise<void> {
  for (const some of groupsOf(all, CHUNKS_PER_STATEMENT))
    await connection.query(
      `INSERT INTO reading_chunk (series_id, ${CHUNK_COLUMNS}) VALUES ${some.map(() => "(?, ?, ?, ?, ?, ?, ?)").join(",")}`,
      some.flatMap(({ id, chunk: { firstMs, lastMs, lastValue, readings, checksum, data } }) => [
        id,
        firstMs,
        lastMs,
        lastValue,
        readings,
        checksum,
        data,
      ]),
    );
}

export async function deleteChunk(connection: Connection, id: number, { firstMs }: Chunk): Promise<void> {
  await connection.query("DELETE FROM reading_chunk WHERE series_id = ? AND first_ts = ?", [id, firstMs]);
}

/** Whether the readings after a chunk may be merged into it. */
export function hasRoom({ readings }: Chunk): boolean {
  return readings < READINGS_PER_CHUNK;
}

/** Marks the slots of these times as changed; the times are in order. */
export async function markSlots(connection: Connection, id: number, tsMs: Float64Array): Promise<void> {
  const slots = [...new Set(Array.from(tsMs, (ms) => Math.floor(ms / SHORTEST_STEP_MS)))];
  for (const some of groupsOf(slots, MARKS_PER_STATEMENT)) {
    const places = some.map(() => "(?, ?)").join(",");
    await connection.query(
      `INSERT INTO rollup_mark (series_id, slot) VALUES ${places}`,
      some.flatMap((slot) => [id, slot]),
    );
  }
}

function numberOr(row: Row | undefined, otherwise: number): number {
  const value = row?.[0] ?? null;
  return value === null ? otherwise : toNumber(value);
}
