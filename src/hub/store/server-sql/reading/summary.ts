// Summaries of rows that the server computes. Databases add doubles without regard to overflow: huge values are added apart,
// scaled.
import type { Summary } from "../../codec/summary.ts";

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

/** Sums are rounded: the mean of equal values would not be that value, and that of the largest ones infinite. */
function between(min: number, mean: number, max: number): number {
  return Math.min(max, Math.max(min, mean));
}
