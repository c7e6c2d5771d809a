// The buckets that one chart shows: as the hub answered, extended by live readings, the oldest leaving on the left.
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
  /** Every bucket starts a whole number of steps after it. */
  readonly #originMs: number;
  /** The hub's answer reaches to here; what is later can only come from the live feed. */
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
   * Takes a reading into its bucket. One that comes late finds its place among the earlier ones, unless the answer may
   * hold it already: the feed speaks of a reading shortly after the store can answer with it.
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

  /** Moves the right edge to now, or to the newest reading where a Pi's clock is ahead of ours. */
  slideTo(nowMs: number): void {
    this.#endMs = Math.max(nowMs, this.#buckets.at(-1)?.t ?? 0);
    const { startMs } = this;
    const first = this.#buckets.findIndex((bucket) => bucket.t >= startMs);
    this.#buckets = first === -1 ? [] : first === 0 ? this.#buckets : this.#buckets.slice(first);
  }

  /** Of the readings in sight; undefined without any. */
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
