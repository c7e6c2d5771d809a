// A device on the overview: presence, latest values with sparklines, its most used controls, and why it needs attention.
import { TriangleAlert } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { Device, Metric } from "../../../../shared/device.ts";
import { hasFailed } from "../../../../shared/notices/attention.ts";
import { useMay } from "../../../api/me.ts";
import { seriesColour } from "../../../charts/colours.ts";
import { Sparkline } from "../../../charts/sparkline.tsx";
import { LastSeen } from "../../../device/last-seen.tsx";
import { LatestValue } from "../../../device/latest-value.tsx";
import { Presence } from "../../../device/presence.tsx";
import { SilentMetrics } from "../../../device/silent-metrics.tsx";
import { metricLabel, nameAndId } from "../../../i18n/names.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import { text } from "../../../i18n/text.ts";
import { formatSpan } from "../../../i18n/times.ts";
import { LINKS } from "../../../shell/use-route.ts";
import styles from "./device-card.module.css";
import { QuickSwitch, useQuickControls } from "./quick-switches.tsx";

const MAX_SHOWN_METRICS = 4;
const CAUSES = ["undervoltage", "duplicate", "failed"] as const;

interface Props {
  readonly device: Device;
  /** Why it needs attention, separated by spaces: a string, so that equal ones do not render again. */
  readonly reasons: string;
  /** Whether another device has its name. */
  readonly hasSharedName: boolean;
  /** Whether it may be left out while it is out of sight; a guess of its height then moves what is below it. */
  readonly isFar: boolean;
  /** The handle that moves it, in manual order. */
  readonly handle: ReactNode;
}

/** Memoized, so that a change of one device renders one card. */
export const DeviceCard = memo(function DeviceCard({ device, reasons, hasSharedName, isFar, handle }: Props) {
  const { id, name, presence, firstSeenMs } = device;
  const metrics = device.metrics.filter(({ hidden }) => hidden !== true);
  const quick = useQuickControls(device);
  const switches = useMay("operator") ? quick : [];
  // Other reasons are shown elsewhere on the card: at the presence, the sensors, the switches.
  const isShown = (cause: string) => cause === "failed" && switches.some(hasFailed);
  const causes = CAUSES.filter((cause) => reasons.split(" ").includes(cause) && !isShown(cause));
  const hidden = metrics.length - MAX_SHOWN_METRICS;
  const isSilent = (metric: Metric) => metric.stale || !presence.online;
  return (
    <li
      className={`panel ${styles["card"]} ${presence.online ? "" : styles["away"]} ${isFar ? styles["far"] : ""}`}
      data-device={id}
    >
      <header>
        {handle}
        <h3 className="cut" title={nameAndId(device)}>
          <a href={LINKS.device(id)}>
            {name} {hasSharedName && <small>{id}</small>}
          </a>
        </h3>
        <Presence {...presence} simulated={device.simulated} />
      </header>
      {metrics.slice(0, MAX_SHOWN_METRICS).map((metric, index) => (
        <div key={metric.name} className={`${styles["metric"]} ${metric.stale ? styles["stale"] : ""}`}>
          <span className={styles["label"]} title={metric.name}>
            {metricLabel(metric)}
          </span>
          <LatestValue device={id} metric={metric} />
          <Sparkline
            device={id}
            metric={metric}
            sinceMs={firstSeenMs}
            colour={isSilent(metric) ? "var(--faint)" : seriesColour(index)}
          />
        </div>
      ))}
      {hidden > 0 && <p className="note">{text.presence.andMore(formatCount(hidden))}</p>}
      {switches.map((one) => (
        <QuickSwitch key={one.control.id} device={id} isOnline={presence.online} one={one} />
      ))}
      {causes.map((cause) => (
        <p key={cause} className={styles["reason"]}>
          <TriangleAlert className="icon" aria-hidden="true" />
          {text.overview.causes[cause]}
        </p>
      ))}
      {!presence.online && (
        <p className="note">
          {text.overview.lastHeard} <LastSeen device={device} />
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
  return pausesMs.length === 0 ? "" : `; ${text.overview.usually(formatSpan(Math.min(...pausesMs)))}`;
}
