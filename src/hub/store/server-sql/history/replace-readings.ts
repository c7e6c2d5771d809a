// Writes history that is known as a whole, as a move does: old readings go straight into chunks, the others into rows, and the summaries
// of slots that are wholly in the stretch are written with them, in the same transaction. Only slots that the stretch cuts are
// marked, so nearly nothing has to be read again.
import { MINUTE_MS } from "../../../../shared/time.ts";
import type { Columns } from "../../codec/chunk-codec.ts";
import { sliceByTime } from "../../codec/columns.ts";
import { addColumnsToSlots, type Summary } from "../../codec/summary.ts";
import { ROLLUP_STEPS_MS, SHORTEST_STEP_MS } from "../../common/bucket-parts.ts";
import type { TimeRange } from "../../mended.ts";
import type { Connection, ReadingColumns, SlotMarks, SlotSummary } from "../dialect.ts";
import { toNumber } from "../values.ts";
import { toChunks } from "./chunk-row.ts";
import { insertChunks, lockSeries } from "./chunk-table.ts";
import type { HistoryOptions } from "./copy-series.ts";
import { removeReadings } from "./remove-readings.ts";
import { replaceSummaries, type SlotRun } from "./rollup-table.ts";

export interface ReplaceOptions extends HistoryOptions {
  /** Readings before this time are kept in chunks. */
  readonly compactedToMs: () => number;
}

/** At least one reading of a series. */
export interface StoredColumns {
  readonly id: number;
  readonly columns: Columns;
}

/** Replaces all readings of these series with `fromMs <= t < toMs`; `series` is in order of ids. */
export async function replaceReadings(
  options: ReplaceOptions,
  range: TimeRange,
  series: readonly StoredColumns[],
): Promise<void> {
  const { dialect, pool, compactedToMs } = options;
  for (const id of await occupied(options, range, series)) await removeReadings(options, id, range);
  await pool.transaction(dialect.sql.begin, async (connection) => {
    await lockSeries(connection, ...series.map(({ id }) => id));
    const endMs = compactedToMs();
    const chunked = await addChunks(
      connection,
      series.map(({ id, columns }) => ({ id, columns: sliceByTime(columns, range.fromMs, endMs) })),
    );
    const rows = series.map(({ id, columns }) =>
      chunked.has(id) ? { id, columns: sliceByTime(columns, endMs, range.toMs) } : { id, columns },
    );
    await connection.writeReadings({
      rows: tableRows([]),
      fresh: tableRows(rows),
      marks: endMarks(series),
      isNew: true,
    });
    await addSummaries(connection, range, series);
  });
}

/** Which of the series have readings there, or a damaged chunk. */
async function occupied(
  { pool, rows }: ReplaceOptions,
  { fromMs, toMs }: TimeRange,
  series: readonly StoredColumns[],
): Promise<number[]> {
  const ranges = series.map(({ id }) => ({ id, fromMs, toMs, limit: 1 }));
  const found = await pool.read((connection) => rows.next(connection, ranges, "oldest-first"));
  return ranges.flatMap(({ id }, place) => {
    const next = found[place];
    return next === undefined || (next.columns.tsMs.length === 0 && next.knownToMs === null) ? [] : [id];
  });
}

/** The series whose readings are in chunks now: not those that have none, or that have a damaged chunk in their place. */
async function addChunks(connection: Connection, series: readonly StoredColumns[]): Promise<ReadonlySet<number>> {
  const old = series.filter(({ columns }) => columns.tsMs.length > 0);
  if (old.length === 0) return new Set();
  const ranges = old.map(({ id, columns: { tsMs } }) => {
    return { id, fromMs: tsMs[0] ?? 0, toMs: (tsMs.at(-1) ?? 0) + 1, limit: 1 };
  });
  const damaged = new Set(
    (await connection.chunks(ranges, "newest-first")).map(([place]) => ranges[toNumber(place) - 1]?.id),
  );
  const chunked = old.filter(({ id }) => !damaged.has(id));
  await insertChunks(
    connection,
    chunked.flatMap(({ id, columns }) => toChunks(columns).map((chunk) => ({ id, chunk }))),
  );
  return new Set(chunked.map(({ id }) => id));
}

/** The slots of the first and of the last reading: every slot that the stretch cuts has one of them, or none of the readings. */
function endMarks(series: readonly StoredColumns[]): SlotMarks {
  const ends = series.flatMap(({ id, columns: { tsMs } }) =>
    [tsMs[0] ?? 0, tsMs.at(-1) ?? 0].map((ms) => ({ id, slot: Math.floor(ms / SHORTEST_STEP_MS) })),
  );
  return { series: ends.map(({ id }) => id), slots: ends.map(({ slot }) => slot) };
}

/** Of all slots that are wholly in the stretch. */
async function addSummaries(
  connection: Connection,
  { fromMs, toMs }: TimeRange,
  series: readonly StoredColumns[],
): Promise<void> {
  const runs: SlotRun[] = [];
  const summaries: SlotSummary[] = [];
  for (const stepMs of ROLLUP_STEPS_MS) {
    const minutes = stepMs / MINUTE_MS;
    const [from, to] = [Math.ceil(fromMs / stepMs), Math.floor(toMs / stepMs)];
    for (const { id, columns } of series) {
      runs.push({ series: id, minutes, from, to });
      const bySlot = new Map<number, Summary>();
      addColumnsToSlots(bySlot, sliceByTime(columns, from * stepMs, to * stepMs), { originMs: 0, stepMs });
      for (const [slot, summary] of bySlot) summaries.push({ series: id, minutes, slot, summary });
    }
  }
  await replaceSummaries(connection, runs, summaries);
}

/** As rows of the table, in the order of their keys. */
function tableRows(series: readonly StoredColumns[]): ReadingColumns {
  const count = series.reduce((sum, { columns }) => sum + columns.tsMs.length, 0);
  const rows = { series: new Int32Array(count), tsMs: new Float64Array(count), values: new Float64Array(count) };
  let at = 0;
  for (const { id, columns } of series) {
    rows.series.fill(id, at, at + columns.tsMs.length);
    rows.tsMs.set(columns.tsMs, at);
    rows.values.set(columns.values, at);
    at += columns.tsMs.length;
  }
  return rows;
}
