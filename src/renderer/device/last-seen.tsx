// How long ago a device was last seen. Reads the live feed once a second instead of subscribing, so readings do not render it.
import type { Device } from "../../shared/device.ts";
import { newest, useLive } from "../api/feed/use-live.ts";
import { useNow } from "../api/feed/use-now.ts";
import { Moment } from "../i18n/moment.tsx";
import { formatAgo } from "../i18n/times.ts";

/** The age of the newest reading of a device, by the reading's own time. */
export function LastReading({ device }: { readonly device: Device }) {
  const { series } = useLive();
  const nowMs = useNow(1_000);
  const timesMs = device.metrics.map((metric) => newest(metric, series.of(device.id, metric.name).latest.get()).ts);
  const newestMs = Math.max(...timesMs);
  return <Moment ms={newestMs}>{formatAgo(newestMs, nowMs)}</Moment>;
}

export function LastSeen({ device }: { readonly device: Device }) {
  const { series } = useLive();
  const nowMs = useNow(1_000);
  const readingTimesMs = device.metrics.map(
    (metric) => newest(metric, series.of(device.id, metric.name).latest.get()).ts,
  );
  const seenMs = Math.max(device.lastSeenMs, ...readingTimesMs);
  return <Moment ms={seenMs}>{formatAgo(seenMs, nowMs)}</Moment>;
}
