// The buckets of a chart. Short buckets are computed from readings, so they may have any length; long ones are aligned to the slots
// of the rollups (quarters of an hour, hours and days of UTC), so that a chart of years reads summaries.
import { HOUR_MS } from "../../shared/time.ts";

/** Bucket n begins `n * stepMs` after `originMs`. */
export interface BucketGrid {
  /** Milliseconds since 1970 UTC. */
  readonly originMs: number;
  readonly stepMs: number;
}

/** Longer buckets are multiples of the last one. */
const LONG_STEPS_MS = [HOUR_MS / 4, HOUR_MS / 2, ...[1, 2, 3, 6, 12, 24, 48, 72].map((hours) => hours * HOUR_MS)];
const LONGEST_STEP_MS = 72 * HOUR_MS;
/** Up to here a bucket is as long as it has to be, and is computed from readings. */
const EXACT_STEP_MS = HOUR_MS / 8;

/** The finest grid that cuts `fromMs <= t < toMs` into at most `points` buckets. */
export function bucketGrid(fromMs: number, toMs: number, points: number): BucketGrid {
  const exactMs = Math.max(1, Math.ceil((toMs - fromMs) / points));
  if (exactMs <= EXACT_STEP_MS) return { originMs: fromMs, stepMs: exactMs };
  const fits = (stepMs: number) => Math.ceil(toMs / stepMs) - Math.floor(fromMs / stepMs) <= points;
  const stepMs =
    LONG_STEPS_MS.find(fits) ??
    LONGEST_STEP_MS * Math.ceil((toMs - fromMs) / LONGEST_STEP_MS / Math.max(1, points - 1));
  return fits(stepMs) ? { originMs: 0, stepMs } : { originMs: fromMs, stepMs: exactMs };
}
