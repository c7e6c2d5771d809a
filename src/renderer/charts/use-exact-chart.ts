// A chart whose steps have the exact lengths of its states: see `exact-states.ts`. Until the readings are loaded, it shows buckets.
import { useMemo } from "react";
import { type ChartWindow, useChart, useReadingsBetween } from "../api/queries.ts";
import { MAX_STATE_READINGS, needsReadings, withReadings } from "./series/exact-states.ts";

export function useExactChart(window: ChartWindow, enabled: boolean) {
  const { data: chart, ...answer } = useChart(window, enabled);
  const isUnclear = useMemo(() => chart !== undefined && needsReadings(chart), [chart]);
  const readings = useReadingsBetween(isUnclear ? chart : undefined, MAX_STATE_READINGS);
  const data = useMemo(
    () => (chart === undefined || !isUnclear || readings === undefined ? chart : withReadings(chart, readings)),
    [chart, isUnclear, readings],
  );
  return { ...answer, data };
}
