// Applies mends to readings and summaries when they are read. Pure: stored readings and rollups are never rewritten, so that a mend
// that is undone leaves no trace.
import type { Mend } from "../../shared/history/mend.ts";
import type { SeriesKey } from "../../shared/reading.ts";

/** In the order in which they were made. */
export type Mends = readonly Mend[];

export interface SeriesMends extends SeriesKey {
  readonly mends: Mends;
}

/** The summary of a range of readings. */
export interface Summary {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

/** Half-open: `fromMs <= t < toMs`. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The mended value of a reading; null where it is hidden. */
export function mendedValue(mends: Mends, tsMs: number, value: number): number | null {
  let shown: number | null = value;
  for (const mend of mends) {
    if (shown === null) return null;
    if (tsMs < mend.from || tsMs >= mend.to || shown < leastOf(mend) || shown > greatestOf(mend)) continue;
    shown = repaired(mend, shown);
  }
  return shown;
}

/**
 * The mended summary of readings that lie in `range`; null where all of them are hidden, and "mixed" where a mend affects only some
 * of them: then it has to be computed from the readings.
 */
export function mendedSummary(mends: Mends, { fromMs, toMs }: TimeRange, summary: Summary): Summary | null | "mixed" {
  const { n } = summary;
  let { min, max, avg } = summary;
  for (const mend of mends) {
    if (mend.to <= fromMs || toMs <= mend.from || max < leastOf(mend) || min > greatestOf(mend)) continue;
    const touchesAll = mend.from <= fromMs && toMs <= mend.to && leastOf(mend) <= min && max <= greatestOf(mend);
    if (!touchesAll) return "mixed";
    const [first, last, middle] = [repaired(mend, min), repaired(mend, max), repaired(mend, avg)];
    if (first === null || last === null || middle === null) return null;
    // Where some mended values are clamped to the largest number, the mended mean cannot be computed from the mean.
    if (Math.max(Math.abs(first), Math.abs(last)) === Number.MAX_VALUE) return "mixed";
    min = Math.min(first, last);
    max = Math.max(first, last);
    avg = Math.min(max, Math.max(min, middle));
  }
  return { n, min, max, avg };
}

/** Of both together. */
export function joinedSummary(a: Summary, b: Summary): Summary {
  const n = a.n + b.n;
  const min = Math.min(a.min, b.min);
  const max = Math.max(a.max, b.max);
  const avg = a.avg * (a.n / n) + b.avg * (b.n / n);
  return { n, min, max, avg: Math.min(max, Math.max(min, avg)) };
}

function leastOf({ least }: Mend): number {
  return least ?? Number.NEGATIVE_INFINITY;
}

function greatestOf({ greatest }: Mend): number {
  return greatest ?? Number.POSITIVE_INFINITY;
}

/** Rising or falling throughout, so that the ends of a stretch stay its ends. */
function repaired({ repair }: Mend, value: number): number | null {
  switch (repair.kind) {
    case "hide":
      return null;
    case "set":
      return repair.value;
    case "scale":
      return finite(finite(value * repair.factor) + repair.offset);
  }
}

/** Readings are finite: the result is clamped to the largest number. */
function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
