// A chart's buckets: long rollups where whole slots of them lie in one bucket, the shortest rollups around them, and readings
// where a slot is cut, or is marked as changed since its rollups were worked out. All of it is of one moment.
import type { Bucket } from "../../../../shared/reading.ts";
import type { BucketQuery } from "../../readings.ts";
import type { Connection, DialectSql } from "../dialect.ts";
import { toNumber } from "../values.ts";
import { SHORTEST_STEP_MS } from "../writing/marked-slots.ts";
import { addToSlot, SUMMARY_COLUMNS, type Summary, summaryOf } from "./summary.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Each a multiple of the one before. */
export const ROLLUP_STEPS_MS = [
  SHORTEST_STEP_MS,
  HOUR_MS,
  3 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  72 * HOUR_MS,
] as const;
/** So many stretches of time go into one statement. */
const MAX_STRETCHES = 100;

/** Half-open: slots, or milliseconds. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

export class BucketReader {
  readonly #connection: Connection;
  readonly #sql: DialectSql;
  readonly #series: number;
  readonly #query: BucketQuery;
  readonly #summaries = new Map<number, Summary>();

  /** To be used within a transaction that sees one moment. */
  constructor(connection: Connection, sql: DialectSql, series: number, query: BucketQuery) {
    this.#connection = connection;
    this.#sql = sql;
    this.#series = series;
    this.#query = query;
  }

  /** Oldest first; empty ones are left out. */
  async read(): Promise<Bucket[]> {
    const { fromMs, toMs, originMs, stepMs } = this.#query;
    const rollupMs = ROLLUP_STEPS_MS.findLast((step) => stepMs % step === 0 && originMs % step === 0);
    if (rollupMs === undefined) await this.#addReadings([{ from: fromMs, to: toMs }]);
    else await this.#addUp(rollupMs);
    return [...this.#summaries]
      .sort(([a], [b]) => a - b)
      .map(([index, { count, min, max, mean }]) => ({
        t: Math.max(fromMs, originMs + index * stepMs),
        min,
        max,
        avg: mean,
        n: count,
      }));
  }

  async #addUp(rollupMs: number): Promise<void> {
    const { fromMs, toMs } = this.#query;
    const from = Math.ceil(fromMs / SHORTEST_STEP_MS);
    const to = Math.max(from, Math.floor(toMs / SHORTEST_STEP_MS));
    const marked = await this.#markedSlots(from, to);
    const perLong = rollupMs / SHORTEST_STEP_MS;
    const touched = new Set([...marked].map((slot) => Math.floor(slot / perLong)));
    const long = { from: Math.ceil(from / perLong), to: Math.max(Math.ceil(from / perLong), Math.floor(to / perLong)) };
    await this.#addRollups(rollupMs, [long], (slot) => !touched.has(slot));
    if (perLong > 1) {
      const cut = [...touched].filter((slot) => long.from <= slot && slot < long.to);
      const short = joined([
        { from, to: Math.min(to, long.from * perLong) },
        ...cut.map((slot) => ({ from: slot * perLong, to: (slot + 1) * perLong })),
        { from: Math.max(from, long.to * perLong), to },
      ]);
      await this.#addRollups(SHORTEST_STEP_MS, short, (slot) => !marked.has(slot));
    }
    await this.#addReadings(
      joined([
        { from: fromMs, to: Math.min(toMs, from * SHORTEST_STEP_MS) },
        ...Array.from(marked, (slot) => ({ from: slot * SHORTEST_STEP_MS, to: (slot + 1) * SHORTEST_STEP_MS })),
        { from: Math.max(fromMs, to * SHORTEST_STEP_MS), to: toMs },
      ]),
    );
  }

  async #markedSlots(from: number, to: number): Promise<Set<number>> {
    const rows = await this.#connection.query(
      "SELECT DISTINCT slot FROM rollup_mark WHERE series_id = ? AND slot >= ? AND slot < ?",
      [this.#series, from, to],
    );
    return new Set(rows.map(([slot]) => toNumber(slot)));
  }

  async #addRollups(stepMs: number, slots: readonly Stretch[], isWanted: (slot: number) => boolean): Promise<void> {
    const { originMs, stepMs: bucketMs } = this.#query;
    for (const some of inGroups(slots)) {
      const rows = await this.#connection.query(
        `SELECT slot, readings, min_value, max_value, mean FROM rollup_slot
         WHERE series_id = ? AND minutes = ? AND (${within("slot", some)}) ORDER BY slot`,
        [this.#series, stepMs / MINUTE_MS],
      );
      for (const [slotValue, count, min, max, mean] of rows) {
        const slot = toNumber(slotValue);
        if (!isWanted(slot)) continue;
        const summary = { count: toNumber(count), min: toNumber(min), max: toNumber(max), mean: toNumber(mean) };
        addToSlot(this.#summaries, Math.floor((slot * stepMs - originMs) / bucketMs), summary);
      }
    }
  }

  async #addReadings(times: readonly Stretch[]): Promise<void> {
    const { fromMs, originMs, stepMs } = this.#query;
    // Databases round towards zero: counted from before the first reading, no number is negative.
    const shift = Math.floor((fromMs - originMs) / stepMs);
    const bucket = this.#sql.divide(`ts - ${originMs + shift * stepMs}`, String(stepMs));
    for (const some of inGroups(times)) {
      const rows = await this.#connection.query(
        `SELECT ${bucket} AS bucket, ${SUMMARY_COLUMNS} FROM reading
         WHERE series_id = ? AND (${within("ts", some)}) GROUP BY bucket ORDER BY bucket`,
        [this.#series],
      );
      for (const [index, ...columns] of rows) {
        const [count = 0, min = 0, max = 0, sum = 0, scaledSum = 0] = columns.map(toNumber);
        addToSlot(this.#summaries, shift + toNumber(index), summaryOf(count, min, max, sum, scaledSum));
      }
    }
  }
}

/** A condition; the numbers are whole ones. */
function within(column: string, stretches: readonly Stretch[]): string {
  return stretches.map(({ from, to }) => `(${column} >= ${from} AND ${column} < ${to})`).join(" OR ");
}

function inGroups(stretches: readonly Stretch[]): Stretch[][] {
  const wanted = stretches.filter(({ from, to }) => from < to);
  const groups: Stretch[][] = [];
  for (let start = 0; start < wanted.length; start += MAX_STRETCHES)
    groups.push(wanted.slice(start, start + MAX_STRETCHES));
  return groups;
}

/** The same in stretches that do not touch each other. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const apart: { readonly from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) apart.push({ from, to });
  }
  return apart;
}
