// The buckets of one chart: the hub's answer, extended by live readings. The window slides, and old buckets leave on the left.
import type { Chart } from "../../shared/api.ts";
import type { Bucket } from "../../shared/reading.ts";
import type { Point } from "../api/series.ts";

export interface Summary {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export class BucketWindow {
  readonly #spanMs: number;
  readonly #stepMs: number;
  /** Every bucket starts a whole number of steps from here. */
  readonly #originMs: number;
  /** The end of the hub's answer: later readings can only come from the live feed. */
  readonly #answeredMs: number;
  #buckets: Bucket[];
  #endMs: number;

  constructor(chart: Chart) {
    this.#spanMs = chart.to - chart.from;
    this.#stepMs = chart.stepMs;
    this.#originMs = chart.from;
    this.#answeredMs = chart.to;
    this.#buckets = [...chart.buckets];
    this.#endMs = chart.to;
  }

  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  get startMs(): number {
    return this.#endMs - this.#spanMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  /**
   * Adds a reading to its bucket. A late one goes into an earlier bucket, unless the answer may contain it already: the
   * feed sends a reading shortly after the store can answer with it.
   */
  add({ ts, value }: Point): void {
    if (ts < this.startMs) return;
    const t = this.#originMs + Math.floor((ts - this.#originMs) / this.#stepMs) * this.#stepMs;
    const before = this.#buckets.findLastIndex((bucket) => bucket.t <= t);
    const known = this.#buckets[before];
    if (known?.t !== t) this.#buckets.splice(before + 1, 0, { t, min: value, max: value, avg: value, n: 1 });
    else if (ts >= this.#answeredMs || value < known.min || value > known.max)
      this.#buckets[before] = merged(known, value);
  }

  /** Moves the right edge to now, or to the newest reading where a Pi's clock is ahead. */
  slideTo(nowMs: number): void {
    this.#endMs = Math.max(nowMs, this.#buckets.at(-1)?.t ?? 0);
    const { startMs } = this;
    const first = this.#buckets.findIndex((bucket) => bucket.t >= startMs);
    this.#buckets = first === -1 ? [] : first === 0 ? this.#buckets : this.#buckets.slice(first);
  }

  /** Of the visible readings; undefined without any. */
  summary(): Summary | undefined {
    if (this.#buckets.length === 0) return undefined;
    let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
    for (const bucket of this.#buckets) {
      min = Math.min(min, bucket.min);
      max = Math.max(max, bucket.max);
      sum += bucket.avg * bucket.n;
      count += bucket.n;
    }
    return { min, mean: sum / count, max };
  }
}

function merged({ t, min, max, avg, n }: Bucket, value: number): Bucket {
  return { t, min: Math.min(min, value), max: Math.max(max, value), avg: avg + (value - avg) / (n + 1), n: n + 1 };
}
