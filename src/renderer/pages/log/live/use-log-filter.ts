// The filter of the log, synchronised with the page's address.
import { useEffect, useState } from "react";
import type { LogFilter } from "../../../../shared/mqtt/message-log.ts";
import { filterIn, withFilter } from "./filter-address.ts";

export function useLogFilter(): readonly [LogFilter, (filter: LogFilter) => void] {
  const [filter, setFilter] = useState(() => filterIn(location.hash));
  useEffect(() => {
    const follow = () => setFilter(filterIn(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  const change = (changed: LogFilter) => {
    setFilter(changed);
    history.replaceState(history.state, "", withFilter(location.hash, changed));
  };
  return [filter, change];
}
