// Works out the rollups of slots that are marked as changed. A mark is written in the transaction of its readings, and removed in
// the one of the rollups: a chart counts the readings of marked slots, so that rollups which are behind are never wrong.

import { MINUTE_MS } from "../../../shared/time.ts";
import { addToSlot, type Summary } from "../codec/summary.ts";
import { ROLLUP_STEPS_MS, SHORTEST_STEP_MS } from "../common/bucket-parts.ts";
import { runsOf } from "../common/groups.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect, SlotSummary } from "./dialect.ts";
import { replaceSummaries, type SlotRun, summariesIn } from "./history/rollup-table.ts";
import type { RowReader } from "./reading/row-reader.ts";
import { addReadings } from "./reading/slot-summaries.ts";
import { numberList, toNumber } from "./values.ts";
import type { MarkedSlots } from "./writing/marked-slots.ts";

/** Worked out in one transaction: each may be of another series, which takes two queries. */
const MARKS_PER_STEP = 1_000;

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
/** Of such slots. */
type SeriesSummaries = Map<number, Map<number, Summary>>;

export class Rollups {
  readonly #options: RollupsOptions;
  #running: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: RollupsOptions) {
    this.#options = options;
  }

  /** Computes every marked slot that has ended by `nowMs`; if a run is under way, resolves with that one. */
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

  /** By statements for many series each: there may be thousands of them, and the server far away. */
  async #work(connection: Connection, slots: SeriesSlots): Promise<void> {
    const runs = slotRunsOf(slots, SHORTEST_STEP_MS);
    await replaceSummaries(connection, runs, rowsOf(await this.#fromReadings(connection, runs), SHORTEST_STEP_MS));
    let finerMs: number = SHORTEST_STEP_MS;
    for (const stepMs of ROLLUP_STEPS_MS.slice(1)) {
      const longer = slotRunsOf(inSlots(slots, stepMs), stepMs);
      await replaceSummaries(
        connection,
        longer,
        rowsOf(await fromRollups(connection, longer, finerMs, stepMs), stepMs),
      );
      finerMs = stepMs;
    }
  }

  async #fromReadings(connection: Connection, runs: readonly SlotRun[]): Promise<SeriesSummaries> {
    const { dialect, rows } = this.#options;
    const found: SeriesSummaries = new Map();
    const grid = { originMs: 0, stepMs: SHORTEST_STEP_MS };
    for (const [series, ofSeries] of Map.groupBy(runs, (run) => run.series)) {
      const times = ofSeries.map(({ from, to }) => ({ from: from * SHORTEST_STEP_MS, to: to * SHORTEST_STEP_MS }));
      await addReadings({ connection, sql: dialect.sql, rows }, series, times, grid, summariesOf(found, series));
    }
    return found;
  }
}

async function fromRollups(
  connection: Connection,
  runs: readonly SlotRun[],
  finerMs: number,
  stepMs: number,
): Promise<SeriesSummaries> {
  const found: SeriesSummaries = new Map();
  const perSlot = stepMs / finerMs;
  const minutes = finerMs / MINUTE_MS;
  const finer = runs.map(({ series, from, to }) => ({ series, minutes, from: from * perSlot, to: to * perSlot }));
  for (const { series, slot, summary } of await summariesIn(connection, finer))
    addToSlot(summariesOf(found, series), Math.floor(slot / perSlot), summary);
  return found;
}

function slotRunsOf(slots: SeriesSlots, stepMs: number): SlotRun[] {
  const minutes = stepMs / MINUTE_MS;
  return [...slots].flatMap(([series, ofSeries]) =>
    runsOf([...ofSeries].sort((a, b) => a - b)).map(([from, to]) => ({ series, minutes, from, to })),
  );
}

function rowsOf(summaries: SeriesSummaries, stepMs: number): SlotSummary[] {
  const minutes = stepMs / MINUTE_MS;
  return [...summaries].flatMap(([series, ofSeries]) =>
    Array.from(ofSeries, ([slot, summary]) => ({ series, minutes, slot, summary })),
  );
}

function summariesOf(all: SeriesSummaries, series: number): Map<number, Summary> {
  const known = all.get(series);
  if (known !== undefined) return known;
  const made = new Map<number, Summary>();
  all.set(series, made);
  return made;
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
