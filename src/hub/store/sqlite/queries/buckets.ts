// A chart's buckets. Short ones are counted from the readings; those of a quarter of an hour and more from rollups, where no
// reading of the journal touches them.
import type { Bucket } from "../../../../shared/reading.ts";
import { addToSlot, type Summary } from "../../codec/summary.ts";
import type { History, SlotRange } from "../engine/history.ts";
import { ROLLUP_STEPS_MS, type RollupStepMs, type Rollups } from "../engine/rollups.ts";

export class BucketReader {
  readonly #history: History;
  readonly #rollups: Rollups;

  constructor(history: History, rollups: Rollups) {
    this.#history = history;
    this.#rollups = rollups;
  }

  /** Buckets of `series`, oldest first; empty ones are left out. */
  read(series: number, range: SlotRange): Bucket[] {
    const { fromMs, originMs, stepMs } = range;
    const summaries = new Map<number, Summary>();
    const rollupMs = ROLLUP_STEPS_MS.findLast((step) => stepMs % step === 0 && originMs % step === 0);
    if (rollupMs === undefined) this.#history.addToSlots(series, range, summaries);
    else this.#addUp(series, range, rollupMs, summaries);
    return [...summaries]
      .sort(([a], [b]) => a - b)
      .map(([index, { count, min, max, mean }]) => ({
        t: Math.max(fromMs, originMs + index * stepMs),
        min,
        max,
        avg: mean,
        n: count,
      }));
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
      { fromMs, toMs: Math.min(toMs, fromSlot * rollupMs) },
      ...Array.from(touched, (slot) => ({ fromMs: slot * rollupMs, toMs: (slot + 1) * rollupMs })),
      ...stretches.filter(({ kind }) => kind !== "stored"),
      { fromMs: Math.max(fromMs, toSlot * rollupMs), toMs },
    ]);
    for (const one of counted) this.#history.addToSlots(series, { ...range, ...one }, summaries);
  }
}

interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same times in ranges that do not touch each other. */
function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const apart: { readonly fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of ranges.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = apart.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else if (fromMs < toMs) apart.push({ fromMs, toMs });
  }
  return apart;
}
