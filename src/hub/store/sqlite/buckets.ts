// A chart's buckets. Short ones are counted from the readings; those of an hour and more from rollups, where no reading
// of the journal touches them.
import type { Bucket } from "../../../shared/reading.ts";
import type { BucketQuery } from "../readings.ts";
import type { Columns } from "./chunk-codec.ts";
import { lowerBound } from "./columns.ts";
import { type History, isWhole } from "./history.ts";
import { ROLLUP_STEPS_MS, type RollupStepMs, type Rollups } from "./rollups.ts";
import { combine, type Summary, summarize } from "./summary.ts";

export type BucketRange = Omit<BucketQuery, "device" | "metric">;

export class BucketReader {
  readonly #history: History;
  readonly #rollups: Rollups;

  constructor(history: History, rollups: Rollups) {
    this.#history = history;
    this.#rollups = rollups;
  }

  /** Buckets of `series`, oldest first; empty ones are left out. */
  read(series: number, range: BucketRange): Bucket[] {
    const buckets = new Buckets(range);
    const stepMs = ROLLUP_STEPS_MS.findLast((step) => range.stepMs % step === 0 && range.originMs % step === 0);
    if (stepMs === undefined) this.#count(series, range.fromMs, range.toMs, buckets);
    else this.#addUp(series, range, stepMs, buckets);
    return buckets.list();
  }

  /** From rollups, but for slots that the journal touches or that the range cuts: those are counted. */
  #addUp(series: number, { fromMs, toMs }: BucketRange, stepMs: RollupStepMs, buckets: Buckets): void {
    const fromSlot = Math.ceil(fromMs / stepMs);
    const toSlot = Math.floor(toMs / stepMs);
    if (fromSlot >= toSlot) {
      this.#count(series, fromMs, toMs, buckets);
      return;
    }
    this.#count(series, fromMs, fromSlot * stepMs, buckets);
    const touched = this.#history.tailSlots(series, stepMs, fromSlot, toSlot);
    for (const slot of touched) this.#count(series, slot * stepMs, (slot + 1) * stepMs, buckets);
    for (const { startMs, summary } of this.#rollups.read(series, stepMs, fromSlot * stepMs, toSlot * stepMs)) {
      if (!touched.has(startMs / stepMs)) buckets.add(startMs, summary);
    }
    this.#count(series, toSlot * stepMs, toMs, buckets);
  }

  /** From the readings; a chunk that lies in one bucket is not opened. */
  #count(series: number, fromMs: number, toMs: number, buckets: Buckets): void {
    if (fromMs >= toMs) return;
    for (const stretch of this.#history.oldestFirst(series, fromMs, toMs)) {
      if (isWhole(stretch) && buckets.areSame(stretch.chunk.firstMs, stretch.chunk.lastMs)) {
        buckets.add(stretch.chunk.firstMs, stretch.chunk);
      } else buckets.addColumns(this.#history.columns(stretch));
    }
  }
}

class Buckets {
  readonly #range: BucketRange;
  readonly #summaries = new Map<number, Summary>();

  constructor(range: BucketRange) {
    this.#range = range;
  }

  areSame(aMs: number, bMs: number): boolean {
    return this.#indexOf(aMs) === this.#indexOf(bMs);
  }

  add(tsMs: number, summary: Summary): void {
    const index = this.#indexOf(tsMs);
    const known = this.#summaries.get(index);
    this.#summaries.set(index, known === undefined ? summary : combine(known, summary));
  }

  addColumns(columns: Columns): void {
    const { tsMs } = columns;
    const { originMs, stepMs } = this.#range;
    for (let start = 0; start < tsMs.length; ) {
      const startMs = tsMs[start] ?? 0;
      const end = lowerBound(tsMs, originMs + (this.#indexOf(startMs) + 1) * stepMs);
      this.add(startMs, summarize(columns, start, end));
      start = end;
    }
  }

  list(): Bucket[] {
    const { originMs, fromMs, stepMs } = this.#range;
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

  #indexOf(tsMs: number): number {
    return Math.floor((tsMs - this.#range.originMs) / this.#range.stepMs);
  }
}
