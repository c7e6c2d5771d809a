// Summaries of readings: the row of a rollup, the head of a chunk, the bucket of a chart.
import type { Columns } from "./chunk-codec.ts";
import { lowerBound } from "./columns.ts";

/** It has the mean, not the sum, which overflows where values are huge. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Rows `start` to `end`, that one not included; there must be one. */
export function summarize({ values }: Columns, start = 0, end = values.length): Summary {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let row = start; row < end; row++) {
    const value = values[row] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const count = end - start;
  const mean = Number.isFinite(sum) ? sum / count : scaledMean(values, start, end);
  return { count, min, max, mean: between(min, mean, max) };
}

/** Of both together. */
function combine(a: Summary, b: Summary): Summary {
  const count = a.count + b.count;
  const min = Math.min(a.min, b.min);
  const max = Math.max(a.max, b.max);
  const mean = a.mean * (a.count / count) + b.mean * (b.count / count);
  return { count, min, max, mean: between(min, mean, max) };
}

/** Adds a summary to that of its slot. */
export function addToSlot(summaries: Map<number, Summary>, slot: number, summary: Summary): void {
  const known = summaries.get(slot);
  summaries.set(slot, known === undefined ? summary : combine(known, summary));
}

/** Adds readings to the summaries of their slots: slot n begins n times `stepMs` after `originMs`. */
export function addColumnsToSlots(
  summaries: Map<number, Summary>,
  columns: Columns,
  { originMs, stepMs }: { readonly originMs: number; readonly stepMs: number },
): void {
  const { tsMs } = columns;
  for (let start = 0; start < tsMs.length; ) {
    const slot = Math.floor(((tsMs[start] ?? 0) - originMs) / stepMs);
    // At least one reading, or times that do not increase would loop for ever.
    const end = Math.max(start + 1, lowerBound(tsMs, originMs + (slot + 1) * stepMs));
    addToSlot(summaries, slot, summarize(columns, start, end));
    start = end;
  }
}

function scaledMean(values: Float64Array, start: number, end: number): number {
  let mean = 0;
  for (let row = start; row < end; row++) mean += (values[row] ?? 0) / (end - start);
  return mean;
}

/** Sums are rounded: the mean of equal values would not be that value, and that of the largest ones infinite. */
function between(min: number, mean: number, max: number): number {
  return Math.min(max, Math.max(min, mean));
}
