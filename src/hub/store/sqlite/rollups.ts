// Rollups: summaries of whole hours, quarters of a day and days (UTC) of sealed readings, for charts of long ranges.
import type Database from "better-sqlite3";
import type { History } from "./history.ts";
import { combine, type Summary } from "./summary.ts";

const HOUR_MS = 3_600_000;

/** Lengths of a slot, each a multiple of the one before: a chart of 1,000 buckets reads a few thousand rows at most. */
export const ROLLUP_STEPS_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const;
export type RollupStepMs = (typeof ROLLUP_STEPS_MS)[number];

/** The summary of one slot. */
export interface Rollup {
  readonly startMs: number;
  readonly summary: Summary;
}

export class Rollups {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** Slots that begin in `fromMs <= t < toMs`, oldest first; empty ones are left out. */
  read(series: number, stepMs: RollupStepMs, fromMs: number, toMs: number): Rollup[] {
    return this.#statements.read
      .all(series, stepMs / HOUR_MS, Math.ceil(fromMs / stepMs), Math.ceil(toMs / stepMs))
      .map(([slot, count, min, max, mean]) => ({ startMs: slot * stepMs, summary: { count, min, max, mean } }));
  }

  /** Works out again every slot that has one of `tsMs` in it, from what `history` has now. */
  refresh(series: number, tsMs: Float64Array, history: History): void {
    let finer: RollupStepMs | null = null;
    for (const stepMs of ROLLUP_STEPS_MS) {
      for (const slot of slotsOf(tsMs, stepMs)) {
        const fromMs = slot * stepMs;
        const toMs = fromMs + stepMs;
        const summary: Summary | null =
          finer === null
            ? history.summary(series, fromMs, toMs)
            : this.read(series, finer, fromMs, toMs).reduce(join, null);
        if (summary === null) this.#statements.remove.run(series, stepMs / HOUR_MS, slot, slot + 1);
        else this.#write(series, stepMs, slot, summary);
      }
      finer = stepMs;
    }
  }

  /** Removes every slot that begins in `fromMs <= t < toMs`. */
  remove(series: number, fromMs: number, toMs: number): void {
    for (const stepMs of ROLLUP_STEPS_MS) {
      this.#statements.remove.run(series, stepMs / HOUR_MS, Math.ceil(fromMs / stepMs), Math.ceil(toMs / stepMs));
    }
  }

  #write(series: number, stepMs: RollupStepMs, slot: number, { count, min, max, mean }: Summary): void {
    this.#statements.write.run(series, stepMs / HOUR_MS, slot, count, min, max, mean);
  }
}

function join(sum: Summary | null, { summary }: Rollup): Summary {
  return sum === null ? summary : combine(sum, summary);
}

/** The slots of ascending times, each once. */
function slotsOf(tsMs: Float64Array, stepMs: number): number[] {
  const slots: number[] = [];
  for (const ts of tsMs) {
    const slot = Math.floor(ts / stepMs);
    if (slot !== slots.at(-1)) slots.push(slot);
  }
  return slots;
}

type RollupRow = readonly [slot: number, count: number, min: number, max: number, mean: number];

function prepare(db: Database.Database) {
  return {
    read: db
      .prepare<[series: number, hours: number, fromSlot: number, toSlot: number], RollupRow>(
        `SELECT slot, count, min, max, mean FROM rollup
         WHERE series = ? AND hours = ? AND slot >= ? AND slot < ? ORDER BY slot`,
      )
      .raw(),
    write: db.prepare(
      `INSERT INTO rollup (series, hours, slot, count, min, max, mean) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = excluded.count, min = excluded.min, max = excluded.max, mean = excluded.mean`,
    ),
    remove: db.prepare("DELETE FROM rollup WHERE series = ? AND hours = ? AND slot >= ? AND slot < ?"),
  };
}
