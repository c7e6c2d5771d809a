// The series of a comparison: it begins with what the address says, else with what is saved, follows the address, and writes itself
// into it.
import { useEffect, useState } from "react";
import type { ViewSeries } from "../../../shared/history/saved-view.ts";
import { seriesOf, withSeries } from "./compared-series.ts";

type ComparedSeries = readonly ViewSeries[];

export function useComparedSeries(saved: ComparedSeries): readonly [ComparedSeries, (series: ComparedSeries) => void] {
  const [series, setSeries] = useState<ComparedSeries>(() => {
    const named = seriesOf(location.hash);
    return named.length > 0 ? named : saved;
  });
  useEffect(() => {
    const follow = () => {
      const named = seriesOf(location.hash);
      if (named.length > 0) setSeries(named);
    };
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const change = (changed: ComparedSeries) => {
    setSeries(changed);
    history.replaceState(history.state, "", withSeries(location.hash, changed));
  };
  return [series, change];
}
