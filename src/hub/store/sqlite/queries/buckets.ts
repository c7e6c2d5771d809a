// A chart's buckets. Short ones are counted from the readings; those of a quarter of an hour and more from rollups, where no
// reading of the journal touches them.
import type { Bucket } from "../../../../shared/reading.ts";
import { addToSlot, type Summary } from "../../codec/summary.ts";
import { bucketsOf, joined, type RollupStepMs, rollupStepOf } from "../../common/bucket-parts.ts";
import type { History, SlotRange } from "../engine/history.ts";
import type { Rollups } from "../engine/rollups.ts";

export class BucketReader {
  readonly #history: History;
  readonly #rollups: Rollups;

  constructor(history: History, rollups: Rollups) {
    this.#history = history;
    this.#rollups = rollups;
  }

  /** Buckets of `series`, oldest first; empty ones are left out. */
  read(series: number, range: SlotRange): Bucket[] {
    const summaries = new Map<number, Summary>();
    const rollupMs = rollupStepOf(range);
    if (rollupMs === undefined) this.#history.addToSlots(series, range, summaries);
    else this.#addUp(series, range, rollupMs, summaries);
    return bucketsOf(summaries, range);
  }

  /** From rollups; counted are slots that the journal touches or that the range cuts, and what has no rollups. */
  #addUp(series: number, range: SlotRange, rollupMs: RollupStepMs, summaries: Map<number, Summary>): void {
    const { fromMs, toMs, originMs, stepMs } = range;
    const fromSlot = Math.ceil(fromMs / rollupMs);
    const toSlot = Math.max(fromSlot, Math.floor(toMs / rollupMs));
    const touched = this.#history.tailSlots(series, rollupMs, fromSlot, toSlot);
    const stretches = this.#rollups.read(series, rollupMs, fromSlot * rollupMs, toSlot * rollupMs);
    for (const { startMs, summary } of stretches.flatMap(({ rollups }) => rollups)) {
      if (!touched.has(startMs / rollupMs)) addToSlot(summaries, Math.floor((startMs - originMs) / stepMs), summary);
    }
    const counted = joined([
      { from: fromMs, to: Math.min(toMs, fromSlot * rollupMs) },
      ...Array.from(touched, (slot) => ({ from: slot * rollupMs, to: (slot + 1) * rollupMs })),
      ...stretches.filter(({ kind }) => kind !== "stored").map((one) => ({ from: one.fromMs, to: one.toMs })),
      { from: Math.max(fromMs, toSlot * rollupMs), to: toMs },
    ]);
    for (const { from, to } of counted)
      this.#history.addToSlots(series, { ...range, fromMs: from, toMs: to }, summaries);
  }
}
