// A chart whose steps have the exact lengths of its states: see `exact-states.ts`. Until the readings are loaded, it shows buckets.
import { useMemo } from "react";
import type { Metric } from "../../shared/device.ts";
import { type ChartWindow, useChart, useReadingsBetween } from "../api/queries.ts";
import { MAX_STATE_READINGS, needsReadings, withReadings } from "./series/exact-states.ts";
import { mayBeStates } from "./series/on-off.ts";
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
  const { data: chart, ...answer } = useChart(window, spanMs !== null);
  const areStates = mayBeStates(metric);
  const isUnclear = useMemo(() => areStates && chart !== undefined && needsReadings(chart), [areStates, chart]);
  const readings = useReadingsBetween(isUnclear ? chart : undefined, MAX_STATE_READINGS);
  const data = useMemo(
    () => (chart === undefined || !isUnclear || readings === undefined ? chart : withReadings(chart, readings)),
    [chart, isUnclear, readings],
  );
  return { ...answer, data };
}
