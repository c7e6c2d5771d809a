// Whether a metric has two states is seen in its readings. A door that was not opened in the last hour shows one of them: then the last
// month is asked, once, so that its value is a word on a card, too.
import { useEffect } from "react";
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useLive } from "../api/feed/use-live.ts";
import { useLastMonth } from "../api/queries.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { isState } from "./series/on-off.ts";

/** `isLoaded`: what its chart shows is known. */
export function useTwoStates(device: string, metric: Metric, isLoaded: boolean): void {
  const { hasTwoStates } = useLive().series.of(device, metric.name);
  const isKnown = useSignal(hasTwoStates);
  const mayBe = metric.kind === undefined && metric.unit === undefined && isState(metric.latest.value);
  const { data } = useLastMonth(device, metric.name, isLoaded && mayBe && !isKnown);
  useEffect(() => {
    if (data !== undefined && new BucketWindow(data).hasTwoStates) hasTwoStates.set(true);
  }, [data, hasTwoStates]);
}
