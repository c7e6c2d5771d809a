// The same series at an earlier time, to be drawn behind a chart: “+ yesterday”.
import { useEffect, useMemo, useState } from "react";
import { HOUR_MS } from "../../shared/time.ts";
import { useNow } from "../api/feed/use-now.ts";
import { useChart } from "../api/queries.ts";
import type { Conversion } from "../i18n/units.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { type DrawnRuns, runsOf } from "./series/runs.ts";
import type { Period } from "./view/time-view.ts";

/** While a page stays open, the following time is fetched well before it is needed. */
const FOLLOW_PERIOD_MS = HOUR_MS / 2;

/** To the same time of the clock on the wall: a day that changes the clocks has 23 or 25 hours. */
const SHIFTS = {
  yesterday: (moment: Date) => moment.setDate(moment.getDate() - 1),
  lastWeek: (moment: Date) => moment.setDate(moment.getDate() - 7),
  lastYear: (moment: Date) => moment.setFullYear(moment.getFullYear() - 1),
} as const;
export type ShiftName = keyof typeof SHIFTS;

const isShiftName = (name: string): name is ShiftName => Object.hasOwn(SHIFTS, name);

function shiftOfAddress(): ShiftName | null {
  const named = new URLSearchParams(location.hash.split("?")[1] ?? "").get("with") ?? "";
  return isShiftName(named) ? named : null;
}

/** The comparison of a page's charts: `with=yesterday` in its address, in addition to the time range. */
export function useShift(): readonly [ShiftName | null, (shift: ShiftName | null) => void] {
  const [shift, setShift] = useState(shiftOfAddress);
  useEffect(() => {
    const onAddress = () => setShift(shiftOfAddress());
    window.addEventListener("hashchange", onAddress);
    return () => window.removeEventListener("hashchange", onAddress);
  }, []);
  const change = (changed: ShiftName | null) => {
    const [path = "", query = ""] = location.hash.split("?");
    const parameters = new URLSearchParams(query);
    if (changed === null) parameters.delete("with");
    else parameters.set("with", changed);
    history.replaceState(history.state, "", parameters.size === 0 ? path : `${path}?${parameters}`);
    setShift(changed);
  };
  return [shift, change];
}

interface Series {
  readonly device: string;
  readonly metric: string;
  readonly points: number;
}

interface Shown {
  readonly conversion: Conversion;
  /** Zeros and ones are states. */
  readonly areStates: boolean;
}

/** Moved to the time of `period`; null where nothing is compared with, or it is not loaded. */
export function useEarlier(
  series: Series,
  period: Period,
  shift: ShiftName | null,
  { conversion, areStates }: Shown,
): DrawnRuns | null {
  const nowMs = useNow(FOLLOW_PERIOD_MS);
  const { shiftMs, ...stretch } = useMemo(() => {
    const endMs = period.kind === "fixed" ? period.toMs : nowMs;
    const shiftMs = shift === null ? 0 : endMs - SHIFTS[shift](new Date(endMs));
    if (period.kind === "fixed") return { shiftMs, spanMs: period.toMs - period.fromMs, toMs: period.toMs - shiftMs };
    // A sliding window needs the following time, too, which has already passed.
    const aheadMs = Math.max(HOUR_MS, (period.spanMs ?? 0) / 4);
    return { shiftMs, spanMs: (period.spanMs ?? 0) + aheadMs, toMs: endMs - shiftMs + aheadMs };
  }, [period, shift, nowMs]);
  const isWanted = shift !== null && (period.kind === "fixed" || period.spanMs !== null);
  const { data } = useChart({ ...series, ...stretch }, isWanted);
  return useMemo(() => {
    if (data === undefined || shiftMs === 0) return null;
    const { runs, gaps, isStepped } = runsOf(
      new BucketWindow(data, { isFixed: true, conversion, mayBeStates: areStates }),
    );
    const moved = runs.map((run) => run.map((bucket) => ({ ...bucket, t: bucket.t + shiftMs })));
    return { runs: moved, gaps, isStepped };
  }, [data, shiftMs, conversion, areStates]);
}
