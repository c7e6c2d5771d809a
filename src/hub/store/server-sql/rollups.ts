// Works out the rollups of slots that are marked as changed. A mark is written in the transaction of its readings, and removed in
// the one of the rollups: a chart counts the readings of marked slots, so that rollups which are behind are never wrong.

import { addToSlot, type Summary } from "../codec/summary.ts";
import { ROLLUP_STEPS_MS, SHORTEST_STEP_MS } from "../common/bucket-parts.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import type { RowReader } from "./reading/row-reader.ts";
import { addReadings } from "./reading/slot-summaries.ts";
import { numberList, toNumber } from "./values.ts";
import type { MarkedSlots } from "./writing/marked-slots.ts";

const MINUTE_MS = 60_000;
/** Worked out in one transaction. */
const MARKS_PER_STEP = 2_000;
const ROWS_PER_STATEMENT = 500;

export interface RollupsOptions {
  readonly dialect: Dialect;
  readonly pool: ConnectionPool;
  readonly rows: RowReader;
  readonly marked: MarkedSlots;
  /** Resolves when the transactions that are on their way are done. */
  readonly settled: () => Promise<void>;
}

/** Slots of one length, by the ids of their series. */
type SeriesSlots = Map<number, Set<number>>;

export class Rollups {
  readonly #options: RollupsOptions;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: RollupsOptions) {
    this.#options = options;
  }

  /** Computes every marked slot that has ended by `nowMs`; if a run is under way, another follows it. */
  refresh(nowMs: number): Promise<void> {
    this.#running ??= this.#refresh(nowMs).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Resolves when no run is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running?.catch(() => undefined);
  }

  async #refresh(nowMs: number): Promise<void> {
    const { pool, marked, settled } = this.#options;
    const endSlot = Math.floor(nowMs / SHORTEST_STEP_MS);
    const [newest] = await pool.read((connection) => connection.query("SELECT MAX(id) FROM rollup_mark"));
    const lastId = toNumber(newest?.[0] ?? 0);
    // Writers must not rely on the marks that are removed below: later batches add new marks, which stay, and batches in flight rely
    // on the old ones until they are settled.
    marked.forget();
    await settled();
    while (!this.#isStopped && (await this.#step(endSlot, lastId)) === MARKS_PER_STEP);
  }

  /** Answers how many marks were removed. */
  #step(endSlot: number, lastId: number): Promise<number> {
    const { pool, dialect } = this.#options;
    return pool.transaction(dialect.sql.beginStable, async (connection) => {
      const marks = await connection.query(
        `SELECT id, series_id, slot FROM rollup_mark WHERE slot < ? AND id <= ? ORDER BY series_id, slot LIMIT ${MARKS_PER_STEP}`,
        [endSlot, lastId],
      );
      if (marks.length === 0) return 0;
      const slots: SeriesSlots = new Map();
      for (const [, series, slot] of marks) addSlot(slots, toNumber(series), toNumber(slot));
      await this.#work(connection, slots);
      const ids = marks.map(([id]) => toNumber(id));
      await connection.query(`DELETE FROM rollup_mark WHERE id IN ${numberList(ids)}`);
      return marks.length;
    });
  }

  async #work(connection: Connection, slots: SeriesSlots): Promise<void> {
    let finerMs = 0;
    for (const stepMs of ROLLUP_STEPS_MS) {
      const changed = stepMs === SHORTEST_STEP_MS ? slots : inSlots(slots, stepMs);
      for (const [series, ofSeries] of changed) {
        const summaries =
          finerMs === 0
            ? await this.#fromReadings(connection, series, ofSeries)
            : await fromRollups(connection, series, ofSeries, finerMs, stepMs);
        await this.#write(connection, series, stepMs / MINUTE_MS, ofSeries, summaries);
      }
      finerMs = stepMs;
    }
  }

  async #fromReadings(
    connection: Connection,
    series: number,
    slots: ReadonlySet<number>,
  ): Promise<Map<number, Summary>> {
    const { dialect, rows } = this.#options;
    const summaries = new Map<number, Summary>();
    const times = runsOf([...slots]).map(([from, to]) => ({
      from: from * SHORTEST_STEP_MS,
      to: to * SHORTEST_STEP_MS,
    }));
    const grid = { originMs: 0, stepMs: SHORTEST_STEP_MS };
    await addReadings({ connection, sql: dialect.sql, rows }, series, times, grid, summaries);
    return summaries;
  }

  async #write(
    connection: Connection,
    series: number,
    minutes: number,
    slots: ReadonlySet<number>,
    summaries: ReadonlyMap<number, Summary>,
  ): Promise<void> {
    for (const some of inGroups([...slots])) {
      await connection.query(
        `DELETE FROM rollup_slot WHERE series_id = ? AND minutes = ? AND slot IN ${numberList(some)}`,
        [series, minutes],
      );
      const rows = some.flatMap((slot) => {
        const summary = summaries.get(slot);
        return summary === undefined ? [] : [{ slot, ...summary }];
      });
      if (rows.length === 0) continue;
      const places = rows.map(() => "(?, ?, ?, ?, ?, ?, ?)").join(",");
      await connection.query(
        `INSERT INTO rollup_slot (series_id, minutes, slot, readings, min_value, max_value, mean) VALUES ${places}`,
        rows.flatMap(({ slot, count, min, max, mean }) => [series, minutes, slot, count, min, max, mean]),
      );
    }
  }
}

async function fromRollups(
  connection: Connection,
  series: number,
  slots: ReadonlySet<number>,
  finerMs: number,
  stepMs: number,
): Promise<Map<number, Summary>> {
  const summaries = new Map<number, Summary>();
  for (const some of inGroups([...slots])) {
    const rows = await connection.query(
      `SELECT slot, readings, min_value, max_value, mean FROM rollup_slot
       WHERE series_id = ? AND minutes = ? AND (${withinSlots("slot", some, stepMs / finerMs)}) ORDER BY slot`,
      [series, finerMs / MINUTE_MS],
    );
    for (const [slot, count, min, max, mean] of rows) {
      const summary = { count: toNumber(count), min: toNumber(min), max: toNumber(max), mean: toNumber(mean) };
      addToSlot(summaries, Math.floor((toNumber(slot) * finerMs) / stepMs), summary);
    }
  }
  return summaries;
}

/** A condition: the column, counted in finer units, lies in one of the slots. */
function withinSlots(column: string, slots: readonly number[], unitsPerSlot: number): string {
  return runsOf(slots)
    .map(([from, to]) => `(${column} >= ${from * unitsPerSlot} AND ${column} < ${to * unitsPerSlot})`)
    .join(" OR ");
}

/** Slots as runs that follow each other without a gap: the first of each, and the one behind its last. */
function runsOf(slots: readonly number[]): [from: number, to: number][] {
  const runs: [from: number, to: number][] = [];
  for (const slot of slots.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === slot) last[1] = slot + 1;
    else runs.push([slot, slot + 1]);
  }
  return runs;
}

function inSlots(slots: SeriesSlots, stepMs: number): SeriesSlots {
  const longer: SeriesSlots = new Map();
  for (const [series, ofSeries] of slots)
    for (const slot of ofSeries) addSlot(longer, series, Math.floor((slot * SHORTEST_STEP_MS) / stepMs));
  return longer;
}

function addSlot(slots: SeriesSlots, series: number, slot: number): void {
  const known = slots.get(series);
  if (known === undefined) slots.set(series, new Set([slot]));
  else known.add(slot);
}

function inGroups(slots: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (let start = 0; start < slots.length; start += ROWS_PER_STATEMENT)
    groups.push(slots.slice(start, start + ROWS_PER_STATEMENT));
  return groups;
}
