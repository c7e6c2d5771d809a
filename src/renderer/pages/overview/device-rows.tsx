// Devices as rows of a dense list: many of them in one sight.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import type { Reason } from "../../../shared/notices/attention.ts";
import { LastSeen } from "../../device/last-seen.tsx";
import { LatestValue } from "../../device/latest-value.tsx";
import { Presence } from "../../device/presence.tsx";
import { metricLabel, nameAndId } from "../../i18n/names.ts";
import { text } from "../../i18n/text.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./device-rows.module.css";

const MAX_SHOWN_METRICS = 4;

interface Props {
  readonly devices: readonly Device[];
  /** Names that several devices have. */
  readonly shared: ReadonlySet<string>;
  readonly reasonsOf: (device: Device) => readonly Reason[];
  readonly handleOf: (device: Device) => ReactNode;
}

export function DeviceRows({ devices, shared, reasonsOf, handleOf }: Props) {
  return (
    <ul className={`panel ${styles["rows"]}`}>
      {devices.map((device) => (
        <li
          key={device.id}
          data-device={device.id}
          className={device.presence.online ? styles["row"] : `${styles["row"]} ${styles["away"]}`}
        >
          {handleOf(device)}
          <a className="cut" href={LINKS.device(device.id)} title={nameAndId(device)}>
            {device.name} {shared.has(device.name) && <small className="note">{device.id}</small>}
          </a>
          <Presence {...device.presence} simulated={device.simulated} />
          <span className={styles["values"]}>
            {shownMetrics(device).map((metric) => (
              <span key={metric.name} className={metric.stale ? styles["stale"] : undefined}>
                <small className="cut" title={metric.name}>
                  {metricLabel(metric)}
                </small>
                <LatestValue device={device.id} metric={metric} />
              </span>
            ))}
          </span>
          <span className={styles["seen"]}>
            <WhyOrWhen device={device} reasons={reasonsOf(device)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Why it needs a look, else when it was last seen. */
function WhyOrWhen({ device, reasons }: { readonly device: Device; readonly reasons: readonly Reason[] }) {
  // That it is away stands beside its name.
  const why = reasons.filter((reason) => reason !== "offline").map((reason) => text.overview.reasons[reason]);
  if (why.length === 0) return <LastSeen device={device} />;
  return (
    <>
      <TriangleAlert className="icon" aria-hidden="true" /> {why.join(", ")}
    </>
  );
}

function shownMetrics({ metrics }: Device): Metric[] {
  return metrics.filter(({ hidden }) => hidden !== true).slice(0, MAX_SHOWN_METRICS);
}
