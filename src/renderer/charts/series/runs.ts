// What is drawn of a window: runs of points between gaps. Those of two states are steps, and the last state lasts until now.
import type { Bucket } from "../../../shared/reading.ts";
import type { BucketWindow } from "./bucket-window.ts";
import { type Runs, splitAtGaps } from "./gaps.ts";
import { stateAt } from "./on-off.ts";

export interface DrawnRuns extends Runs {
  /** Each value holds until the next. */
  readonly isStepped: boolean;
}

export function runsOf(window: BucketWindow): DrawnRuns {
  const { buckets, stepMs, endMs, states, isOnOff } = window;
  if (states !== undefined) return { runs: [heldUntil(endMs, states)], gaps: [], isStepped: true };
  const { runs, gaps } = splitAtGaps(buckets, stepMs, endMs);
  if (!isOnOff) return { runs, gaps, isStepped: false };
  const isCurrent = gaps.at(-1)?.toMs !== endMs;
  const last = runs.at(-1);
  if (!isCurrent || last === undefined) return { runs, gaps, isStepped: true };
  return { runs: [...runs.slice(0, -1), heldUntil(endMs, last)], gaps, isStepped: true };
}

/** With the last state repeated at the end. */
function heldUntil(endMs: number, states: readonly Bucket[]): readonly Bucket[] {
  const last = states.at(-1);
  return last === undefined || last.t >= endMs ? states : [...states, stateAt(endMs, last.avg)];
}
