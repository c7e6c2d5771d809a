// Whether a metric has two states, by its readings. A door that was not opened in the last hour shows only one: then the last month
// is queried, once, so that a card shows its value as a word, too.
import { useEffect } from "react";
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useLive } from "../api/feed/use-live.ts";
import { useLastMonth } from "../api/queries.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { isState } from "./series/on-off.ts";

/** `isLoaded`: the readings of its chart are loaded. */
export function useTwoStates(device: string, metric: Metric, isLoaded: boolean): void {
  const { hasTwoStates } = useLive().series.of(device, metric.name);
  const isKnown = useSignal(hasTwoStates);
  const mayBe = metric.kind === undefined && metric.unit === undefined && isState(metric.latest.value);
  const { data } = useLastMonth(device, metric.name, isLoaded && mayBe && !isKnown);
  useEffect(() => {
    if (data !== undefined && new BucketWindow(data).hasTwoStates) hasTwoStates.set(true);
  }, [data, hasTwoStates]);
}
