// Summaries of readings by the slots of a grid: the server aggregates rows; this program aggregates chunks, with the rows among
// them.
import { addColumnsToSlots, addToSlot, type Summary } from "../../codec/summary.ts";
import type { Stretch } from "../../common/bucket-parts.ts";
import { groupsOf } from "../../common/groups.ts";
import type { Connection, DialectSql } from "../dialect.ts";
import { lastChunkedMs } from "../history/chunk-table.ts";
import { toNumber } from "../values.ts";
import type { RowReader } from "./row-reader.ts";
import { SUMMARY_COLUMNS, summaryOf } from "./summary.ts";

/** Slot n begins n times `stepMs` after `originMs`. */
export interface Grid {
  readonly originMs: number;
  readonly stepMs: number;
}

export interface SlotReader {
  readonly connection: Connection;
  readonly sql: DialectSql;
  readonly rows: RowReader;
}

/** Time ranges per statement. */
const MAX_STRETCHES = 100;

/** Adds the readings of stretches of time, which do not overlap, to the summaries of their slots; in a transaction that sees one moment. */
export async function addReadings(
  { connection, sql, rows }: SlotReader,
  id: number,
  times: readonly Stretch[],
  grid: Grid,
  summaries: Map<number, Summary>,
): Promise<void> {
  if (times.length === 0) return;
  const endMs = (await lastChunkedMs(connection, id)) + 1;
  for (const some of inGroups(times.map(({ from, to }) => ({ from, to: Math.min(to, endMs) })))) {
    const ranges = some.map(({ from, to }) => ({ id, fromMs: from, toMs: to }));
    for await (const columns of rows.all(connection, ranges)) addColumnsToSlots(summaries, columns, grid);
  }
  for (const some of inGroups(times.map(({ from, to }) => ({ from: Math.max(from, endMs), to }))))
    await addRows({ connection, sql }, id, some, grid, summaries);
}

async function addRows(
  { connection, sql }: Pick<SlotReader, "connection" | "sql">,
  id: number,
  times: readonly Stretch[],
  { originMs, stepMs }: Grid,
  summaries: Map<number, Summary>,
): Promise<void> {
  // Databases round towards zero: counted from before the first reading, no number is negative.
  const fromMs = times.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const shift = Math.floor((fromMs - originMs) / stepMs);
  const slotOf = sql.divide(`ts - ${originMs + shift * stepMs}`, String(stepMs));
  const rows = await connection.query(
    `SELECT ${slotOf} AS slot, ${SUMMARY_COLUMNS} FROM reading
     WHERE series_id = ? AND (${within("ts", times)}) GROUP BY slot ORDER BY slot`,
    [id],
  );
  for (const [slot, ...columns] of rows) {
    const [count = 0, min = 0, max = 0, sum = 0, scaledSum = 0] = columns.map(toNumber);
    addToSlot(summaries, shift + toNumber(slot), summaryOf(count, min, max, sum, scaledSum));
  }
}

/** A condition; the numbers are whole ones. */
export function within(column: string, stretches: readonly Stretch[]): string {
  return stretches.map(({ from, to }) => `(${column} >= ${from} AND ${column} < ${to})`).join(" OR ");
}

/** Those that are not empty. */
export function inGroups(stretches: readonly Stretch[]): Generator<Stretch[]> {
  const wanted = stretches.filter(({ from, to }) => from < to);
  return groupsOf(wanted, MAX_STRETCHES);
}
