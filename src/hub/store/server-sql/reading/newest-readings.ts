// The newest reading of each series, which is a row but for series that have been silent for long.
import type { Connection, Dialect } from "../dialect.ts";
import { NEWEST_IN_CHUNKS } from "../history/chunk-table.ts";
import { toNumber } from "../values.ts";

/** By the id of the series. */
export async function newestReadings(
  connection: Connection,
  { sql }: Dialect,
): Promise<Map<number, { readonly tsMs: number; readonly value: number }>> {
  const newest = new Map<number, { readonly tsMs: number; readonly value: number }>();
  // Rows first: readings that are compacted between the two queries are in both.
  for (const question of [sql.latest, NEWEST_IN_CHUNKS]) {
    for (const [id, tsMs, value] of await connection.query(question)) {
      const found = { tsMs: toNumber(tsMs), value: toNumber(value) };
      const known = newest.get(toNumber(id));
      // At one time the row is the later one.
      if (known === undefined || known.tsMs < found.tsMs) newest.set(toNumber(id), found);
    }
  }
  return newest;
}
