// The same series at an earlier time, to be drawn behind a chart: “+ yesterday”.
import { useMemo } from "react";
import { hubNowMs } from "../api/feed/hub-clock.ts";
import { useChart } from "../api/queries.ts";
import type { Conversion } from "../i18n/units.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { type DrawnRuns, runsOf } from "./series/runs.ts";
import type { Period } from "./view/time-view.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const SHIFT_MS = { yesterday: DAY_MS, lastWeek: 7 * DAY_MS, lastYear: 365 * DAY_MS } as const;
export type ShiftName = keyof typeof SHIFT_MS;

interface Series {
  readonly device: string;
  readonly metric: string;
  readonly points: number;
}

/** Moved to the time of `period`; null where nothing is compared with, or it is not loaded. */
export function useEarlier(
  series: Series,
  period: Period,
  shift: ShiftName | null,
  conversion: Conversion,
): DrawnRuns | null {
  const shiftMs = shift === null ? 0 : SHIFT_MS[shift];
  const stretch = useMemo(() => {
    if (period.kind === "fixed") return { spanMs: period.toMs - period.fromMs, toMs: period.toMs - shiftMs };
    // A window that slides needs what comes next, too: that time has passed already.
    const aheadMs = Math.max(HOUR_MS, (period.spanMs ?? 0) / 4);
    return { spanMs: (period.spanMs ?? 0) + aheadMs, toMs: hubNowMs() - shiftMs + aheadMs };
  }, [period, shiftMs]);
  const isWanted = shift !== null && (period.kind === "fixed" || period.spanMs !== null);
  const { data } = useChart({ ...series, ...stretch }, isWanted);
  return useMemo(() => {
    if (data === undefined || shiftMs === 0) return null;
    const { runs, gaps, isStepped } = runsOf(new BucketWindow(data, { isFixed: true, conversion }));
    const moved = runs.map((run) => run.map((bucket) => ({ ...bucket, t: bucket.t + shiftMs })));
    return { runs: moved, gaps, isStepped };
  }, [data, shiftMs, conversion]);
}
