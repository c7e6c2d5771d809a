// The same series at an earlier time, to be drawn behind a chart: “+ yesterday”.
import { useEffect, useMemo, useState } from "react";
import { HOUR_MS } from "../../shared/time.ts";
import { useNow } from "../api/feed/use-now.ts";
import { useChart } from "../api/queries.ts";
import type { Conversion } from "../i18n/units.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { type DrawnRuns, runsOf } from "./series/runs.ts";
import { earlierTime, isShiftName, laterTime, type ShiftName } from "./view/shifts.ts";
import type { Period } from "./view/time-view.ts";

/** While a page stays open, the following time is fetched well before it is needed. */
const FOLLOW_PERIOD_MS = HOUR_MS / 2;

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
  const stretch = useMemo(() => (shift === null ? null : stretchOf(period, shift, nowMs)), [period, shift, nowMs]);
  const { data } = useChart({ ...series, ...(stretch ?? NO_STRETCH) }, stretch !== null);
  return useMemo(() => {
    if (data === undefined || shift === null) return null;
    return moved(runsOf(new BucketWindow(data, { isFixed: true, conversion, mayBeStates: areStates })), shift);
  }, [data, shift, conversion, areStates]);
}

interface Stretch {
  readonly spanMs: number;
  readonly toMs: number;
}

const NO_STRETCH: Stretch = { spanMs: 0, toMs: 0 };

/** The earlier time of a period; null while it is unknown how far back that reaches. */
function stretchOf(period: Period, shift: ShiftName, nowMs: number): Stretch | null {
  if (period.kind === "fixed") return between(period.fromMs, period.toMs, shift);
  if (period.spanMs === null) return null;
  const { spanMs, toMs } = between(nowMs - period.spanMs, nowMs, shift);
  // A sliding window needs the following time, too, which has already passed.
  const aheadMs = Math.max(HOUR_MS, period.spanMs / 4);
  return { spanMs: spanMs + aheadMs, toMs: toMs + aheadMs };
}

function between(fromMs: number, toMs: number, shift: ShiftName): Stretch {
  const earlierMs = earlierTime(toMs, shift);
  // The minutes around a change of the clocks may have none.
  return { spanMs: Math.max(1, earlierMs - earlierTime(fromMs, shift)), toMs: earlierMs };
}

function moved({ runs, gaps, isStepped }: DrawnRuns, shift: ShiftName): DrawnRuns {
  const later = runs.map((run) =>
    run.flatMap((bucket) => {
      const t = laterTime(bucket.t, shift);
      return t === null ? [] : [{ ...bucket, t }];
    }),
  );
  return { runs: later.filter(({ length }) => length > 0), gaps, isStepped };
}
