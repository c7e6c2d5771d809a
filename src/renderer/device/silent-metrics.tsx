// Metrics without readings for longer than usual although their device is online: since when, and their usual interval.
// No live region: the seconds would be read out one by one.
import type { Metric } from "../../shared/device.ts";
import { newest, useLive } from "../api/feed/use-live.ts";
import { useNow } from "../api/feed/use-now.ts";
import { metricLabel } from "../i18n/names.ts";
import { formatCount } from "../i18n/numbers.ts";
import { text } from "../i18n/text.ts";
import { formatSpan } from "../i18n/times.ts";
import styles from "./silent-metrics.module.css";

const MAX_SHOWN_METRICS = 2;

interface Props {
  readonly device: string;
  readonly metrics: readonly Metric[];
}

export function SilentMetrics({ device, metrics }: Props) {
  const stale = metrics.filter((metric) => metric.stale);
  if (stale.length === 0) return null;
  return (
    <div className={styles["silent"]}>
      {stale.slice(0, MAX_SHOWN_METRICS).map((metric) => (
        <p key={metric.name}>
          <span className={styles["sign"]} aria-hidden="true" />
          {metricLabel(metric)}: <Silence device={device} metric={metric} />
        </p>
      ))}
      {stale.length > MAX_SHOWN_METRICS && (
        <p>{text.presence.andMore(formatCount(stale.length - MAX_SHOWN_METRICS))}</p>
      )}
    </div>
  );
}

/** "silent for 2 h, usually every 10 s" */
function Silence({ device, metric }: { readonly device: string; readonly metric: Metric }) {
  const { series } = useLive();
  const nowMs = useNow(1_000);
  const { ts } = newest(metric, series.of(device, metric.name).latest.get());
  const silent = text.presence.silentFor(formatSpan(Math.max(0, nowMs - ts)));
  if (metric.usualPauseMs === undefined) return silent;
  return `${silent}, ${text.presence.usuallyEvery(formatSpan(metric.usualPauseMs))}`;
}
