// The current time by the hub's clock, refreshed at an interval, for relative times such as "2 s ago".
import { useEffect, useState } from "react";
import { hubNowMs } from "./hub-clock.ts";

export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(hubNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(hubNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
