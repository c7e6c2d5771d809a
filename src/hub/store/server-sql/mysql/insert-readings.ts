// Readings as a statement of many rows. Numbers are written so that the server reads each as the double that it is. LOAD DATA LOCAL
// is no alternative: it makes warnings of errors, and a reading that the server refuses would be acknowledged and lost.
import type { ReadingColumns } from "../dialect.ts";

/** The statement stays far below the least `max_allowed_packet`, and one that is prepared takes 65,535 values at most. */
export const READINGS_PER_STATEMENT = 4_096;

/** Inserts up to `READINGS_PER_STATEMENT` rows from `start` on; fails on a duplicate key. */
export function insertReadings({ series, tsMs, values }: ReadingColumns, start: number): string {
  const rows: string[] = [];
  for (let row = start; row < Math.min(series.length, start + READINGS_PER_STATEMENT); row++)
    rows.push(`(${series[row]},${tsMs[row]},${double(values[row] ?? 0)})`);
  return `INSERT INTO reading (series_id, ts, value) VALUES ${rows.join(",")}`;
}

/** Inserts that many rows, whose numbers go as they are, which spares the server a quarter of its work; it is prepared once. */
export const INSERT_PREPARED = `INSERT INTO reading (series_id, ts, value) VALUES ${Array.from({ length: READINGS_PER_STATEMENT }, () => "(?,?,?)").join(",")}`;

/** The values of `INSERT_PREPARED` from row `start` on. */
export function valuesOf({ series, tsMs, values }: ReadingColumns, start: number): number[] {
  const found: number[] = [];
  for (let row = start; row < start + READINGS_PER_STATEMENT; row++)
    found.push(series[row] ?? 0, tsMs[row] ?? 0, values[row] ?? 0);
  return found;
}

/** Appended to such a statement: replaces existing rows. */
export const REPLACE_EXISTING = " ON DUPLICATE KEY UPDATE value = VALUES(value)";

/** Appended to such a statement: keeps existing rows. */
export const KEEP_EXISTING = " ON DUPLICATE KEY UPDATE series_id = reading.series_id";

/** With an exponent a number is a double from the start; without, it is a decimal first. These servers store no -0: it is 0. */
export function double(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}e0`;
}
