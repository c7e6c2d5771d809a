// Hooks for the live feed. A reading renders only the components that show its metric.
import { createContext, use } from "react";
import type { Metric } from "../../../shared/device.ts";
import type { LiveFeed } from "./live.ts";
import type { Point } from "./series.ts";
import { useSignal } from "./signal.ts";

export const LiveContext = createContext<LiveFeed | null>(null);

export function useLive(): LiveFeed {
  const live = use(LiveContext);
  if (live === null) throw new Error("useLive needs a LiveContext above it");
  return live;
}

export function useLatest(device: string, metric: Metric, isLive = true): Point {
  const live = useSignal(useLive().series.of(device, metric.name).latest, isLive);
  return newest(metric, live);
}

export function newest({ latest }: Metric, live: Point | undefined): Point {
  return live !== undefined && live.ts >= latest.ts ? live : latest;
}
