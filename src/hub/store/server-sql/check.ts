// Verifies a database on a server: each chunk, each summary against its readings, each reading's series, each record. It only
// reads, each series in one snapshot, and a hub may work on it meanwhile. Slots that are marked as changed are not computed yet,
// and skipped.

import { BrambleError } from "../../../shared/errors.ts";
import { MINUTE_MS } from "../../../shared/time.ts";
import { addToSlot, type Summary } from "../codec/summary.ts";
import { SHORTEST_STEP_MS } from "../common/bucket-parts.ts";
import type { StoreAddress } from "../store-address.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect, Row } from "./dialect.ts";
import { dialectOf } from "./dialects.ts";
import { RowReader } from "./reading/row-reader.ts";
import { addReadings } from "./reading/slot-summaries.ts";
import { isCurrent } from "./schema.ts";
import { toNumber, toText } from "./values.ts";

export interface ServerCheckTotals {
  readonly series: number;
  readonly readings: number;
  readonly rollups: number;
  readonly records: number;
  /** Slots whose readings changed since their summaries were worked out. */
  readonly marks: number;
}

interface ShownSlot {
  readonly minutes: number;
  readonly slot: number;
}

/** What a check of one series has found. */
interface CheckedSeries {
  readonly found: readonly string[];
  readonly readings: number;
  readonly rollups: number;
  readonly marks: number;
}

/** With the number of readings in rows of one series. */
const READING_TABLES = [
  ["reading", "SELECT COUNT(*) FROM reading WHERE series_id = ?"],
  ["reading_chunk", "SELECT SUM(readings) FROM reading_chunk WHERE series_id = ?"],
] as const;
const SHORTEST_MINUTES = SHORTEST_STEP_MS / MINUTE_MS;
const ALL_TIMES = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

/** Yields a message for each damage, null between two steps without one; returns counts of what was checked. Rejects with a message. */
export async function* checkServer(address: StoreAddress): AsyncGenerator<string | null, ServerCheckTotals> {
  const dialect = dialectOf(address);
  const pool = new ConnectionPool({ dialect, size: 1 });
  try {
    const isOurs = await pool.read((connection) => isCurrent(connection, dialect));
    if (!isOurs)
      throw new BrambleError(
        "store-failed",
        `The database ${address} has no tables of this version: start the hub on it.`,
      );
    const { series, lost } = await pool.transaction(dialect.sql.beginSnapshot, async (connection) => {
      const rows = await connection.query("SELECT id, device, metric FROM series ORDER BY id");
      return { series: rows, lost: await lostReadings(connection, new Set(rows.map(([id]) => toNumber(id)))) };
    });
    yield* lost;
    const totals = { readings: 0, rollups: 0, marks: 0 };
    for (const [id, device, metric] of series) {
      const name = `${toText(device)}/${toText(metric)}`;
      const checked = await pool.transaction(dialect.sql.beginSnapshot, (connection) =>
        checkSeries(connection, dialect, toNumber(id)),
      );
      for (const what of checked.found) yield `${name}: ${what}`;
      totals.readings += checked.readings;
      totals.rollups += checked.rollups;
      totals.marks += checked.marks;
      yield null;
    }
    const records = await pool.read((connection) => connection.query("SELECT collection, id, text FROM record"));
    for (const [collection, id, text] of records)
      if (!isJson(toText(text))) yield `The record ${toText(collection)} ${toText(id)} cannot be read.`;
    return { series: series.length, ...totals, records: records.length };
  } finally {
    pool.close();
  }
}

/** Each series is looked up by the key of its table: a statement over all readings would take hours where there are many. */
async function lostReadings(connection: Connection, known: ReadonlySet<number>): Promise<string[]> {
  const lost: string[] = [];
  for (const [table, countReadings] of READING_TABLES) {
    const next = `SELECT MIN(series_id) FROM ${table} WHERE series_id > ?`;
    for (let id = 0; ; ) {
      const [row] = await connection.query(next, [id]);
      const found = row?.[0] ?? null;
      if (found === null) break;
      id = toNumber(found);
      if (known.has(id)) continue;
      const [count] = await connection.query(countReadings, [id]);
      lost.push(`${toNumber(count?.[0] ?? 0)} readings belong to series ${id}, which is not there.`);
    }
  }
  return lost;
}

async function checkSeries(connection: Connection, { sql }: Dialect, id: number): Promise<CheckedSeries> {
  const found = await overlapsOf(connection, id);
  const rows = new RowReader((damage) => found.push(damage));
  const readings = new Map<number, Summary>();
  const grid = { originMs: 0, stepMs: SHORTEST_STEP_MS };
  await addReadings({ connection, sql, rows }, id, [ALL_TIMES], grid, readings);
  const marked = await connection.query("SELECT DISTINCT slot FROM rollup_mark WHERE series_id = ?", [id]);
  const kept = await connection.query(
    "SELECT minutes, slot, readings, min_value, max_value FROM rollup_slot WHERE series_id = ? ORDER BY minutes, slot",
    [id],
  );
  const marks = new Set(marked.map(([slot]) => toNumber(slot)));
  // Of lost readings the summaries may be left: their difference is no further damage.
  if (found.length === 0)
    found.push(...wrongSummaries(kept, readings, marks), ...missingSummaries(kept, readings, marks));
  return {
    found,
    readings: [...readings.values()].reduce((sum, { count }) => sum + count, 0),
    rollups: kept.length,
    marks: marks.size,
  };
}

async function overlapsOf(connection: Connection, id: number): Promise<string[]> {
  const chunks = await connection.query(
    "SELECT first_ts, last_ts FROM reading_chunk WHERE series_id = ? ORDER BY first_ts",
    [id],
  );
  return chunks.flatMap(([firstMs], index) => {
    const before = chunks[index - 1];
    const overlaps = before !== undefined && toNumber(before[1]) >= toNumber(firstMs);
    return overlaps ? `chunks of old readings overlap at ${new Date(toNumber(firstMs)).toISOString()}.` : [];
  });
}

/** By count, least and greatest; what is marked is left out. `kept` is in order of minutes. */
function wrongSummaries(
  kept: readonly Row[],
  readings: ReadonlyMap<number, Summary>,
  marks: ReadonlySet<number>,
): string[] {
  let lengthOfExpected = 0;
  let expected = new Map<number, Summary>();
  let changed = new Set<number>();
  return kept.flatMap((row) => {
    const [minutes = 0, slot = 0, count, min, max] = row.map(toNumber);
    if (minutes !== lengthOfExpected) {
      const slots = minutes / SHORTEST_MINUTES;
      lengthOfExpected = minutes;
      expected = new Map();
      for (const [short, summary] of readings) addToSlot(expected, Math.floor(short / slots), summary);
      changed = new Set([...marks].map((short) => Math.floor(short / slots)));
    }
    const theirs = expected.get(slot);
    if (changed.has(slot) || (theirs?.count === count && theirs?.min === min && theirs?.max === max)) return [];
    return `the summary of ${minutes} minutes from ${timeOf({ slot, minutes })} says ${count} readings, and is not theirs.`;
  });
}

/** Slots of 15 minutes that have readings, no summary and no mark: charts would not count them. */
function missingSummaries(
  kept: readonly Row[],
  readings: ReadonlyMap<number, Summary>,
  marks: ReadonlySet<number>,
): string[] {
  const shortest = kept.filter(([minutes]) => toNumber(minutes) === SHORTEST_MINUTES);
  const known = new Set(shortest.map(([, slot]) => toNumber(slot)));
  const missing = [...readings].filter(([slot]) => !known.has(slot) && !marks.has(slot)).sort(([a], [b]) => a - b);
  return missing.map(([slot, { count }]) => {
    const from = timeOf({ slot, minutes: SHORTEST_MINUTES });
    return `${count} readings of the ${SHORTEST_MINUTES} minutes from ${from} are in no summary.`;
  });
}

function timeOf({ slot, minutes }: ShownSlot): string {
  return new Date(slot * minutes * MINUTE_MS).toISOString();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
