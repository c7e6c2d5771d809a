// Rollups: summaries of sealed readings by slots of a quarter of an hour to three days (UTC), for charts of long ranges.
// Slot n of a length begins n times the length after 1970 UTC.
import type Database from "better-sqlite3";
import { MINUTE_MS } from "../../../../shared/time.ts";
import { decodeBlock, encodeBlock, SLOTS_PER_BLOCK } from "../../codec/rollup-block.ts";
import { addToSlot, type Summary } from "../../codec/summary.ts";
import { ROLLUP_STEPS_MS, type RollupStepMs } from "../../common/bucket-parts.ts";
import { runsOf } from "../../common/groups.ts";
import type { History, SlotRange } from "./history.ts";

/** The summary of one slot. */
export interface Rollup {
  readonly startMs: number;
  readonly summary: Summary;
}

/**
 * What is stored of `fromMs <= t < toMs`. Sparse readings have no summaries, which would be larger than they are; of
 * damaged ones the bytes are not what was written. Both are counted from the readings.
 */
export interface RollupStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: "stored" | "sparse" | "damaged";
  /** Oldest first; those of a stored stretch. */
  readonly rollups: readonly Rollup[];
}

/** Slots with fewer readings, on the average of a block, are sparse. */
const READINGS_PER_SLOT = 8;
const SPARSE = new Uint8Array();

export class Rollups {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** Slots that begin in `fromMs <= t < toMs`, oldest first; empty stretches are left out. */
  read(series: number, stepMs: RollupStepMs, fromMs: number, toMs: number): RollupStretch[] {
    const fromSlot = Math.ceil(fromMs / stepMs);
    const toSlot = Math.ceil(toMs / stepMs);
    return this.#statements.read
      .all(series, stepMs / MINUTE_MS, blockOf(fromSlot), blockOf(toSlot - 1))
      .map(([block, bytes]): RollupStretch => {
        const first = Math.max(fromSlot, block * SLOTS_PER_BLOCK);
        const end = Math.min(toSlot, (block + 1) * SLOTS_PER_BLOCK);
        const range = { fromMs: first * stepMs, toMs: end * stepMs };
        if (bytes.length === 0) return { ...range, kind: "sparse", rollups: [] };
        const slots = decodeBlock(block, bytes);
        if (slots === null) return { ...range, kind: "damaged", rollups: [] };
        const rollups = [...slots]
          .filter(([slot]) => first <= slot && slot < end)
          .map(([slot, summary]) => ({ startMs: slot * stepMs, summary }));
        return { ...range, kind: "stored", rollups };
      });
  }

  /** Works out again every slot that has one of `tsMs` in it, from what `history` has now. */
  refresh(series: number, tsMs: Float64Array, history: History): void {
    let finer: RollupStepMs | null = null;
    for (const stepMs of ROLLUP_STEPS_MS) {
      const slots = slotsOf(tsMs, stepMs);
      const summaries = new Map<number, Summary>();
      for (const [first, end] of runsOf(slots)) {
        const range = { fromMs: first * stepMs, toMs: end * stepMs, originMs: 0, stepMs };
        if (finer === null) history.addToSlots(series, range, summaries);
        else this.#addUp(series, finer, range, summaries, history);
      }
      for (const [block, ofBlock] of Map.groupBy(slots, blockOf)) {
        this.#change(series, stepMs, block, history, (stored) => {
          for (const slot of ofBlock) {
            const summary = summaries.get(slot);
            if (summary === undefined) stored.delete(slot);
            else stored.set(slot, summary);
          }
        });
      }
      finer = stepMs;
    }
  }

  /** Removes every slot that begins in `fromMs <= t < toMs`; `history` has no readings left there. */
  remove(series: number, fromMs: number, toMs: number, history: History): void {
    for (const stepMs of ROLLUP_STEPS_MS) {
      const fromSlot = Math.ceil(fromMs / stepMs);
      const toSlot = Math.ceil(toMs / stepMs);
      if (fromSlot >= toSlot) continue;
      const [first, last] = [blockOf(fromSlot), blockOf(toSlot - 1)];
      this.#statements.remove.run(series, stepMs / MINUTE_MS, first + 1, last - 1);
      for (const block of new Set([first, last])) {
        this.#change(series, stepMs, block, history, (stored) => {
          for (const slot of stored.keys()) if (fromSlot <= slot && slot < toSlot) stored.delete(slot);
        });
      }
    }
  }

  #addUp(
    series: number,
    finer: RollupStepMs,
    range: SlotRange,
    summaries: Map<number, Summary>,
    history: History,
  ): void {
    for (const { fromMs, toMs, kind, rollups } of this.read(series, finer, range.fromMs, range.toMs)) {
      if (kind !== "stored") history.addToSlots(series, { ...range, fromMs, toMs }, summaries);
      for (const { startMs, summary } of rollups) addToSlot(summaries, Math.floor(startMs / range.stepMs), summary);
    }
  }

  #change(
    series: number,
    stepMs: RollupStepMs,
    block: number,
    history: History,
    change: (stored: Map<number, Summary>) => void,
  ): void {
    const key = [series, stepMs / MINUTE_MS, block] as const;
    const bytes = this.#statements.get.get(...key);
    const slots =
      bytes === undefined ? new Map<number, Summary>() : this.#slotsIn(bytes, series, stepMs, block, history);
    change(slots);
    if (slots.size > 0) this.#statements.write.run(...key, isSparse(slots) ? SPARSE : encodeBlock(block, slots));
    else if (bytes !== undefined) this.#statements.remove.run(...key, block);
  }

  #slotsIn(
    bytes: Uint8Array,
    series: number,
    stepMs: RollupStepMs,
    block: number,
    history: History,
  ): Map<number, Summary> {
    const kept = bytes.length === 0 ? null : decodeBlock(block, bytes);
    if (kept !== null) return kept;
    const slots = new Map<number, Summary>();
    const fromMs = block * SLOTS_PER_BLOCK * stepMs;
    const toMs = fromMs + SLOTS_PER_BLOCK * stepMs;
    history.addToSlots(series, { fromMs, toMs, originMs: 0, stepMs }, slots);
    return slots;
  }
}

function isSparse(slots: ReadonlyMap<number, Summary>): boolean {
  let readings = 0;
  for (const { count } of slots.values()) readings += count;
  return readings < slots.size * READINGS_PER_SLOT;
}

function blockOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_BLOCK);
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

function prepare(db: Database.Database) {
  return {
    read: db
      .prepare<[series: number, minutes: number, fromBlock: number, lastBlock: number], [block: number, slots: Buffer]>(
        `SELECT block, slots FROM rollup
         WHERE series = ? AND minutes = ? AND block BETWEEN ? AND ? ORDER BY block`,
      )
      .raw(),
    get: db
      .prepare<[series: number, minutes: number, block: number], Buffer>(
        "SELECT slots FROM rollup WHERE series = ? AND minutes = ? AND block = ?",
      )
      .pluck(),
    write: db.prepare(
      `INSERT INTO rollup (series, minutes, block, slots) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET slots = excluded.slots`,
    ),
    remove: db.prepare("DELETE FROM rollup WHERE series = ? AND minutes = ? AND block BETWEEN ? AND ?"),
  };
}
