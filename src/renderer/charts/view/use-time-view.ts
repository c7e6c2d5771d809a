// The time view of a page: begins with the range in the address, else with the last one viewed, and updates the address.
import { useEffect, useState } from "react";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { type Signal, useSignal } from "../../api/feed/signal.ts";
import { isRangeName, type RangeName } from "./ranges.ts";
import { lastPeriod, type Period, TimeView } from "./time-view.ts";
import { namedPeriod, periodOf, withPeriod } from "./view-address.ts";

/** Of this tab: the range that was chosen last, for pages that are opened without one. */
let lastChosen: RangeName | null = null;

interface Options {
  /** See `TimeView`. */
  readonly firstReadingMs?: number;
  /** A range's name, or `all`: shown regardless of the last view. */
  readonly wanted?: string | undefined;
}

export function useTimeView(usual: RangeName, { firstReadingMs, wanted }: Options = {}): TimeView {
  const [view] = useState(() => {
    const period = periodOf(location.hash) ?? namedPeriod(wanted ?? "") ?? lastPeriod(lastChosen ?? usual);
    return new TimeView(period, hubNowMs, firstReadingMs);
  });

  useEffect(() => {
    const onAddress = () => {
      const period = periodOf(location.hash);
      if (period !== null) view.show(period);
    };
    const stop = view.period.subscribe(() => {
      const period = view.period.get();
      if (period.kind === "last" && isRangeName(period.name)) lastChosen = period.name;
      history.replaceState(history.state, "", withPeriod(location.hash, period));
    });
    window.addEventListener("hashchange", onAddress);
    return () => {
      stop();
      window.removeEventListener("hashchange", onAddress);
    };
  }, [view]);
  return view;
}

export const usePeriod = (view: { readonly period: Signal<Period> }): Period => useSignal(view.period);
