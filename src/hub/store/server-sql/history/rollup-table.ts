// The statements about rollups: a row for each slot of a series that has readings.
import { groupsOf } from "../../common/groups.ts";
import type { Connection, SlotSummary } from "../dialect.ts";
import { toNumber } from "../values.ts";

const ROWS_PER_STATEMENT = 2_000;
const RUNS_PER_STATEMENT = 100;

/** Slots of a series that follow each other without a gap. */
export interface SlotRun {
  readonly series: number;
  readonly minutes: number;
  readonly from: number;
  /** The one behind its last. */
  readonly to: number;
}

/** Of each series in order of its slots. */
export async function summariesIn(connection: Connection, runs: readonly SlotRun[]): Promise<SlotSummary[]> {
  const found: SlotSummary[] = [];
  for (const some of groupsOf(runs, RUNS_PER_STATEMENT)) {
    const rows = await connection.query(
      `SELECT series_id, minutes, slot, readings, min_value, max_value, mean FROM rollup_slot
       WHERE ${within(some)} ORDER BY series_id, minutes, slot`,
    );
    for (const row of rows) {
      const [series = 0, minutes = 0, slot = 0, count = 0, min = 0, max = 0, mean = 0] = row.map(toNumber);
      found.push({ series, minutes, slot, summary: { count, min, max, mean } });
    }
  }
  return found;
}

/** Replaces what the table has of these slots; within a transaction. */
export async function replaceSummaries(
  connection: Connection,
  runs: readonly SlotRun[],
  summaries: readonly SlotSummary[],
): Promise<void> {
  for (const some of groupsOf(runs, RUNS_PER_STATEMENT))
    await connection.query(`DELETE FROM rollup_slot WHERE ${within(some)}`);
  for (const some of groupsOf(summaries, ROWS_PER_STATEMENT)) await connection.addSummaries(some);
}

/** A condition, which each of the runs finds its rows for by the index. */
function within(runs: readonly SlotRun[]): string {
  return runs
    .map(
      ({ series, minutes, from, to }) =>
        `(series_id = ${series} AND minutes = ${minutes} AND slot >= ${from} AND slot < ${to})`,
    )
    .join(" OR ");
}
