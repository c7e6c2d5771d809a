// Copies the readings of one series to another, where those that have the same time stay. The copies are rows; compaction comes later.
import type { Columns } from "../../codec/chunk-codec.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { Connection, Dialect } from "../dialect.ts";
import { type RowReader, without } from "../reading/row-reader.ts";
import { lockSeries, markSlots } from "./chunk-table.ts";

const ROWS_PER_TRANSACTION = 8_192;

export interface HistoryOptions {
  readonly dialect: Dialect;
  readonly pool: ConnectionPool;
  readonly rows: RowReader;
}

/** A piece at a time; done again after a crash, it completes what is missing. */
export async function copySeries({ dialect, pool, rows }: HistoryOptions, from: number, into: number): Promise<void> {
  const range = { id: from, toMs: Number.MAX_SAFE_INTEGER, limit: ROWS_PER_TRANSACTION };
  for (let fromMs: number | null = Number.MIN_SAFE_INTEGER; fromMs !== null; ) {
    const startMs: number = fromMs;
    const [next] = await pool.read((connection) =>
      rows.next(connection, [{ ...range, fromMs: startMs }], "oldest-first"),
    );
    fromMs = next?.knownToMs ?? null;
    const columns = next?.columns;
    if (columns === undefined || columns.tsMs.length === 0) continue;
    await pool.transaction(dialect.sql.begin, (connection) => addMissing(connection, rows, into, columns));
  }
}

async function addMissing(connection: Connection, rows: RowReader, into: number, columns: Columns): Promise<void> {
  await lockSeries(connection, into);
  let missing = columns;
  const range = { id: into, fromMs: columns.tsMs[0] ?? 0, toMs: (columns.tsMs.at(-1) ?? 0) + 1 };
  for await (const { tsMs } of rows.all(connection, [range])) missing = without(missing, tsMs);
  if (missing.tsMs.length === 0) return;
  await connection.addRows({ series: new Int32Array(missing.tsMs.length).fill(into), ...missing });
  await markSlots(connection, into, missing.tsMs);
}
