// A device on the overview: presence, latest values with sparklines, switches.
import { memo } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import { useMay } from "../../api/access.ts";
import { seriesColour } from "../../charts/colours.ts";
import { Sparkline } from "../../charts/sparkline.tsx";
import { LastSeen } from "../../device/last-seen.tsx";
import { LatestValue } from "../../device/latest-value.tsx";
import { Presence } from "../../device/presence.tsx";
import { SilentMetrics } from "../../device/silent-metrics.tsx";
import { metricLabel } from "../../i18n/names.ts";
import { formatSpan } from "../../i18n/times.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./device-card.module.css";
import { QuickSwitches } from "./quick-switches.tsx";

const MAX_SHOWN_METRICS = 4;

/** Memoized, so that a change of one device renders one card. */
export const DeviceCard = memo(function DeviceCard({ device }: { readonly device: Device }) {
  const { id, name, presence } = device;
  const metrics = device.metrics.filter(({ hidden }) => hidden !== true);
  const mayCommand = useMay("operator");
  const hidden = metrics.length - MAX_SHOWN_METRICS;
  const isSilent = (metric: Metric) => metric.stale || !presence.online;
  return (
    <li className={`panel ${styles["card"]} ${presence.online ? "" : styles["away"]}`}>
      <header>
        <h2 className="cut" title={name}>
          <a href={LINKS.device(id)}>{name}</a>
        </h2>
        <Presence {...presence} />
      </header>
      {metrics.slice(0, MAX_SHOWN_METRICS).map((metric, index) => (
        <div key={metric.name} className={`${styles["metric"]} ${metric.stale ? styles["stale"] : ""}`}>
          <span className={styles["label"]} title={metric.name}>
            {metricLabel(metric)}
          </span>
          <LatestValue device={id} metric={metric} />
          <Sparkline device={id} metric={metric} colour={isSilent(metric) ? "var(--faint)" : seriesColour(index)} />
        </div>
      ))}
      {hidden > 0 && <p className="note">and {hidden} more</p>}
      {mayCommand && <QuickSwitches device={device} />}
      {!presence.online && (
        <p className="note">
          Last heard <LastSeen device={device} />
          {usualPause(metrics)}
        </p>
      )}
      {presence.online && <SilentMetrics device={id} metrics={metrics} />}
    </li>
  );
});

/** The shortest usual interval of its metrics. */
function usualPause(metrics: readonly Metric[]): string {
  const pausesMs = metrics.flatMap(({ usualPauseMs }) => usualPauseMs ?? []);
  return pausesMs.length === 0 ? "" : `; usually every ${formatSpan(Math.min(...pausesMs))}`;
}
