// Looks whether a database on a server is sound: each summary against its readings, each reading's series, each record. It only reads,
// each series as of one moment, and a hub may work on it meanwhile. What is marked as changed is not worked out yet, and not compared.
import { BrambleError } from "../../../shared/errors.ts";
import type { StoreAddress } from "../store-address.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { dialectOf } from "./dialects.ts";
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

/** By count, least and greatest; what is marked is left out. */
const WRONG_ROLLUPS = `
  SELECT slot.minutes, slot.slot, slot.readings FROM rollup_slot AS slot
  WHERE slot.series_id = ? AND NOT EXISTS (
    SELECT 1 FROM rollup_mark AS mark WHERE mark.series_id = slot.series_id
      AND mark.slot >= slot.slot * slot.minutes / 15 AND mark.slot < (slot.slot + 1) * slot.minutes / 15
  ) AND NOT EXISTS (
    SELECT 1 FROM reading WHERE reading.series_id = slot.series_id
      AND ts >= slot.slot * slot.minutes * 60000 AND ts < (slot.slot + 1) * slot.minutes * 60000
    HAVING COUNT(*) = slot.readings AND MIN(value) = slot.min_value AND MAX(value) = slot.max_value
  ) ORDER BY slot.minutes, slot.slot`;
/** Slots of 15 minutes that have readings, no summary and no mark: charts would not count them. */
const MISSING_ROLLUPS = (slotOf: string) => `
  SELECT found.slot, found.readings FROM (
    SELECT ${slotOf} AS slot, COUNT(*) AS readings FROM reading WHERE series_id = ? GROUP BY 1
  ) AS found
  WHERE NOT EXISTS (SELECT 1 FROM rollup_mark AS mark WHERE mark.series_id = ? AND mark.slot = found.slot)
    AND NOT EXISTS (
      SELECT 1 FROM rollup_slot AS kept WHERE kept.series_id = ? AND kept.minutes = 15 AND kept.slot = found.slot
    ) ORDER BY found.slot`;
const LOST_READINGS =
  "SELECT series_id, COUNT(*) FROM reading WHERE series_id NOT IN (SELECT id FROM series) GROUP BY series_id";
const MINUTE_MS = 60_000;
const SHORTEST_MINUTES = 15;

/** Yields a sentence for each damage, null between two steps without one; returns what was looked at. Rejects with a message. */
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
    for (const [id, count] of await pool.read((connection) => connection.query(LOST_READINGS)))
      yield `${toNumber(count)} readings belong to series ${toNumber(id)}, which is not there.`;
    const series = await pool.read((connection) =>
      connection.query("SELECT id, device, metric FROM series ORDER BY id"),
    );
    for (const [id, device, metric] of series) {
      const name = `${toText(device)}/${toText(metric)}`;
      const found = await pool.transaction(dialect.sql.beginSnapshot, (connection) =>
        checkSeries(connection, dialect, toNumber(id)),
      );
      for (const what of found) yield `${name}: ${what}`;
      yield null;
    }
    for (const [collection, id, text] of await pool.read((connection) =>
      connection.query("SELECT collection, id, text FROM record"),
    )) {
      if (!isJson(toText(text))) yield `The record ${toText(collection)} ${toText(id)} cannot be read.`;
    }
    return await pool.read(async (connection) => ({
      series: series.length,
      readings: await single(connection, "SELECT COUNT(*) FROM reading"),
      rollups: await single(connection, "SELECT COUNT(*) FROM rollup_slot"),
      records: await single(connection, "SELECT COUNT(*) FROM record"),
      marks: await single(connection, "SELECT COUNT(*) FROM rollup_mark"),
    }));
  } finally {
    pool.close();
  }
}

async function checkSeries(connection: Connection, { sql }: Dialect, id: number): Promise<string[]> {
  const wrong = await connection.query(WRONG_ROLLUPS, [id]);
  const slotOf = sql.divide("ts", String(SHORTEST_MINUTES * MINUTE_MS));
  const missing = await connection.query(MISSING_ROLLUPS(slotOf), [id, id, id]);
  return [
    ...wrong.map(([minutes, slot, readings]) => {
      const from = timeOf(toNumber(slot), toNumber(minutes));
      return `the summary of ${toNumber(minutes)} minutes from ${from} says ${toNumber(readings)} readings, and is not theirs.`;
    }),
    ...missing.map(
      ([slot, readings]) =>
        `${toNumber(readings)} readings of the ${SHORTEST_MINUTES} minutes from ${timeOf(toNumber(slot), SHORTEST_MINUTES)} are in no summary.`,
    ),
  ];
}

function timeOf(slot: number, minutes: number): string {
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

async function single(connection: Connection, statement: string): Promise<number> {
  const [row] = await connection.query(statement);
  return toNumber(row?.[0] ?? 0);
}
