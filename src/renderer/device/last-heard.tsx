// "2 s ago", ticking; it looks at the live feed on its own clock, so readings do not render it.
import type { Device } from "../../shared/device.ts";
import { newest, useLive } from "../api/use-live.ts";
import { formatAgo } from "../i18n/times.ts";
import { useNow } from "../ui/hooks/use-now.ts";

export function LastHeard({ device }: { readonly device: Device }) {
  const { series } = useLive();
  const nowMs = useNow(1_000);
  const heardMs = device.metrics.map((metric) => newest(metric, series.of(device.id, metric.name).latest.get()).ts);
  return formatAgo(Math.max(device.lastSeenMs, ...heardMs), nowMs);
}
