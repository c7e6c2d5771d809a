// Functions over a sliding window of readings: readings are added at one end and dropped at the other, and each answer takes a
// constant time, however long the window is.
import type { Bucket } from "../../../shared/reading.ts";

/** A window over samples of the pages `P`, which are added in order of time. */
export interface Window<P> {
  add(page: P, index: number): void;
  /** Samples of `tsMs` and earlier leave. */
  dropUntil(tsMs: number): void;
  /** Of the window that ends at `endMs`; undefined where it has no value. */
  value(endMs: number): number | undefined;
}

export interface RowPage {
  readonly tsMs: Float64Array;
  readonly values: Float64Array;
}

/** Summaries of stretches of time, each at the last millisecond of its stretch. */
export interface BucketPage {
  readonly tsMs: Float64Array;
  readonly buckets: readonly Bucket[];
}

/** The latest value. */
export class LastWindow implements Window<RowPage> {
  #tsMs = Number.NEGATIVE_INFINITY;
  #value: number | undefined;

  add({ tsMs, values }: RowPage, index: number): void {
    this.#tsMs = tsMs[index] ?? 0;
    this.#value = values[index];
  }

  dropUntil(tsMs: number): void {
    if (this.#tsMs <= tsMs) this.#value = undefined;
  }

  value(): number | undefined {
    return this.#value;
  }
}

/** The readings themselves, of a query for one time. */
export class ReadingsWindow implements Window<RowPage> {
  readonly tsMs: number[] = [];
  readonly values: number[] = [];

  add({ tsMs, values }: RowPage, index: number): void {
    this.tsMs.push(tsMs[index] ?? 0);
    this.values.push(values[index] ?? 0);
  }

  dropUntil(): void {
    // The one window is all that is read.
  }

  value(): undefined {
    return undefined;
  }
}

/** How much the values grow, by the second or in all, as Prometheus extrapolates it to the ends of the window. */
export class GrowthWindow implements Window<RowPage> {
  readonly #kind: "rate" | "increase" | "delta";
  readonly #rangeMs: number;
  readonly #tsMs = new Queue();
  readonly #values = new Queue();
  /** By sample: what the counter had when it was set back before it, added up. */
  readonly #resets = new Queue();

  constructor(kind: "rate" | "increase" | "delta", rangeMs: number) {
    this.#kind = kind;
    this.#rangeMs = rangeMs;
  }

  add({ tsMs, values }: RowPage, index: number): void {
    const value = values[index] ?? 0;
    const before = this.#values.last ?? value;
    this.#resets.push((this.#resets.last ?? 0) + (value < before ? before : 0));
    this.#tsMs.push(tsMs[index] ?? 0);
    this.#values.push(value);
  }

  dropUntil(tsMs: number): void {
    while ((this.#tsMs.first ?? Number.POSITIVE_INFINITY) <= tsMs)
      for (const queue of [this.#tsMs, this.#values, this.#resets]) queue.shift();
  }

  value(endMs: number): number | undefined {
    const { first: firstMs, last: lastMs, length } = this.#tsMs;
    const { first, last } = this.#values;
    if (firstMs === undefined || lastMs === undefined || first === undefined || last === undefined) return undefined;
    if (length < 2) return undefined;
    const isCounter = this.#kind !== "delta";
    const growth = last - first + (isCounter ? (this.#resets.last ?? 0) - (this.#resets.first ?? 0) : 0);
    const sampledSeconds = (lastMs - firstMs) / 1_000;
    const usualSeconds = sampledSeconds / (length - 1);
    // Up to a little more than the usual pause the series is taken to go on up to the end of the window.
    const reach = (seconds: number) => (seconds >= usualSeconds * 1.1 ? usualSeconds / 2 : seconds);
    const toEnd = reach((endMs - lastMs) / 1_000);
    let toStart = reach((firstMs - (endMs - this.#rangeMs)) / 1_000);
    // A counter was never below zero.
    if (isCounter && growth > 0 && first >= 0) toStart = Math.min(toStart, sampledSeconds * (first / growth));
    const factor = (sampledSeconds + toStart + toEnd) / sampledSeconds;
    return growth * (this.#kind === "rate" ? factor / (this.#rangeMs / 1_000) : factor);
  }
}

export type SummaryFunction = "avg_over_time" | "min_over_time" | "max_over_time" | "sum_over_time" | "count_over_time";

interface Summary {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

const NOTHING: Summary = { n: 0, mean: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };

/**
 * Least, greatest, mean and number. A queue of two stacks: the one that is dropped from holds at each place the summary of all
 * that is above it, so nothing is ever subtracted, which would lose digits.
 */
export class SummaryWindow implements Window<BucketPage> {
  readonly #name: SummaryFunction;
  #added: { readonly tsMs: number; readonly summary: Summary }[] = [];
  #addedUp = NOTHING;
  #dropping: { readonly tsMs: number; readonly summary: Summary }[] = [];

  constructor(name: SummaryFunction) {
    this.#name = name;
  }

  add({ tsMs, buckets }: BucketPage, index: number): void {
    const bucket = buckets[index];
    if (bucket === undefined) return;
    const { n, avg: mean, min, max } = bucket;
    const summary = { n, mean, min, max };
    this.#added.push({ tsMs: tsMs[index] ?? 0, summary });
    this.#addedUp = joined(this.#addedUp, summary);
  }

  dropUntil(tsMs: number): void {
    for (;;) {
      if (this.#dropping.length === 0) this.#turn();
      const oldest = this.#dropping.at(-1);
      if (oldest === undefined || oldest.tsMs > tsMs) return;
      this.#dropping.pop();
    }
  }

  value(): number | undefined {
    const { n, mean, min, max } = joined(this.#dropping.at(-1)?.summary ?? NOTHING, this.#addedUp);
    if (n === 0) return undefined;
    switch (this.#name) {
      case "avg_over_time":
        return mean;
      case "min_over_time":
        return min;
      case "max_over_time":
        return max;
      case "sum_over_time":
        return mean * n;
      case "count_over_time":
        return n;
    }
  }

  #turn(): void {
    let above = NOTHING;
    for (const { tsMs, summary } of this.#added.reverse()) {
      above = joined(summary, above);
      this.#dropping.push({ tsMs, summary: above });
    }
    this.#added = [];
    this.#addedUp = NOTHING;
  }
}

function joined(a: Summary, b: Summary): Summary {
  if (a.n === 0 || b.n === 0) return a.n === 0 ? b : a;
  const n = a.n + b.n;
  const mean = a.mean + (b.mean - a.mean) * (b.n / n);
  return { n, mean, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** Numbers, first in, first out. */
class Queue {
  #items: number[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): number | undefined {
    return this.#items[this.#head];
  }

  get last(): number | undefined {
    return this.length === 0 ? undefined : this.#items.at(-1);
  }

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#head++;
    if (this.#head < 1_024 || this.#head < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
