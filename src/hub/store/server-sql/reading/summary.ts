// What a stretch of readings amounts to. Databases add doubles without care for overflow: huge values are added apart and scaled.
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

const HUGE = "1e290";
const HUGE_SCALE = 1e20;

/** Columns of a SELECT over readings, for `summaryOf`. */
export const SUMMARY_COLUMNS = `COUNT(*), MIN(value), MAX(value),
  SUM(CASE WHEN value BETWEEN -${HUGE} AND ${HUGE} THEN value ELSE 0 END),
  SUM(CASE WHEN value BETWEEN -${HUGE} AND ${HUGE} THEN 0 ELSE value / ${HUGE_SCALE} END)`;

export function summaryOf(count: number, min: number, max: number, sum: number, scaledSum: number): Summary {
  const mean = sum / count + (scaledSum / count) * HUGE_SCALE;
  return { count, min, max, mean: between(min, mean, max) };
}

/** Adds a summary to that of its slot. */
export function addToSlot(summaries: Map<number, Summary>, slot: number, added: Summary): void {
  const known = summaries.get(slot);
  if (known === undefined) {
    summaries.set(slot, added);
    return;
  }
  const count = known.count + added.count;
  const min = Math.min(known.min, added.min);
  const max = Math.max(known.max, added.max);
  const mean = known.mean * (known.count / count) + added.mean * (added.count / count);
  summaries.set(slot, { count, min, max, mean: between(min, mean, max) });
}

/** Sums are rounded: the mean of equal values would not be that value, and that of the largest ones infinite. */
function between(min: number, mean: number, max: number): number {
  return Math.min(max, Math.max(min, mean));
}
