// What the next drawing of a chart shows; a `TimeChart` changes it in place before each update.
import type { Bucket } from "../../../shared/reading.ts";
import { NO_MARKS, type TimeMarks } from "../marks.ts";
import type { Gap } from "../series/gaps.ts";

/** From a marked moment as far as its words are shown. */
export const NEAR_PX = 6;

export interface Frame {
  startMs: number;
  endMs: number;
  gaps: readonly Gap[];
  /** The series has the states 0 and 1, and nothing between. */
  isOnOff: boolean;
  /** The moment marked in all charts of the page; null without one. */
  cursorMs: number | null;
  /** The stretch that a drag covers. */
  marked: readonly [number, number] | null;
  /** Marks on the time axis. */
  marks: TimeMarks;
}

export function emptyFrame(): Frame {
  return { startMs: 0, endMs: 1, gaps: [], isOnOff: false, cursorMs: null, marked: null, marks: NO_MARKS };
}

/** A point of a dataset. In a gap `bucket` is null and `y` is NaN. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly bucket: Bucket | null;
}
