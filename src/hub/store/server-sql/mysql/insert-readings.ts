// Readings as a statement of many rows. Numbers are written so that the server reads each as the double that it is. LOAD DATA LOCAL
// is no alternative: it makes warnings of errors, and a reading that the server refuses would be acknowledged and lost.
import type { ReadingColumns } from "../dialect.ts";

/** The statement stays far below the least `max_allowed_packet`. */
export const READINGS_PER_STATEMENT = 5_000;

/** Inserts up to `READINGS_PER_STATEMENT` rows from `start` on; fails on a duplicate key. */
export function insertReadings({ series, tsMs, values }: ReadingColumns, start: number): string {
  const rows: string[] = [];
  for (let row = start; row < Math.min(series.length, start + READINGS_PER_STATEMENT); row++)
    rows.push(`(${series[row]},${tsMs[row]},${double(values[row] ?? 0)})`);
  return `INSERT INTO reading (series_id, ts, value) VALUES ${rows.join(",")}`;
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
