// A chart whose steps have the exact lengths of its states: see `exact-states.ts`. Until the readings are loaded, it shows buckets.
import { useMemo } from "react";
import type { Metric } from "../../shared/device.ts";
import { useReadingsBefore, useReadingsIn } from "../api/history/chart-readings.ts";
import { type ChartWindow, useChart } from "../api/queries.ts";
import {
  MAX_STATE_READINGS,
  needsReadings,
  READINGS_BEFORE,
  stateBefore,
  withReadings,
} from "./series/exact-states.ts";
import { isOnOff, mayBeStates } from "./series/on-off.ts";
import type { Period } from "./view/time-view.ts";

/** Nothing is asked for as long as it is not known how far back a period reaches. */
export function useExactChart(
  series: Pick<ChartWindow, "device" | "metric" | "points">,
  metric: Pick<Metric, "kind" | "unit">,
  period: Period,
) {
  const isFixed = period.kind === "fixed";
  const spanMs = isFixed ? period.toMs - period.fromMs : period.spanMs;
  const window = { ...series, spanMs: spanMs ?? 0, toMs: isFixed ? period.toMs : undefined };
  const answer = useChart(window, spanMs !== null);
  const chart = answer.data;
  const areStates = mayBeStates(metric);
  const ofStates = useMemo(
    () => (areStates && chart !== undefined && isOnOff(chart.buckets) ? chart : undefined),
    [areStates, chart],
  );
  const isUnclear = useMemo(() => ofStates !== undefined && needsReadings(ofStates), [ofStates]);
  const within = useReadingsIn(isUnclear ? ofStates : undefined, MAX_STATE_READINGS);
  const earlier = useReadingsBefore(ofStates, READINGS_BEFORE);
  const data = useMemo(
    () =>
      chart === undefined || !isUnclear || within.data?.next !== null
        ? chart
        : withReadings(chart, within.data.readings),
    [chart, isUnclear, within.data],
  );
  const before = useMemo(() => earlier.data && stateBefore(earlier.data.readings), [earlier.data]);

  /** The readings first: the buckets alone would show the old ones until they are there. */
  async function refetch(): Promise<void> {
    if (isUnclear) await within.refetch();
    await answer.refetch();
  }

  return { ...answer, data, before, refetch };
}
