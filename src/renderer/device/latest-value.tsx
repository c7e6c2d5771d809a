// One metric's latest value; the only part of a card that a reading renders.
import type { Metric } from "../../shared/device.ts";
import { useLatest } from "../api/use-live.ts";
import { formatValue } from "../i18n/numbers.ts";
import styles from "./latest-value.module.css";

interface Props {
  readonly device: string;
  readonly metric: Metric;
}

export function LatestValue({ device, metric }: Props) {
  const { value } = useLatest(device, metric);
  return (
    <span className={styles["value"]} title={String(value)}>
      {formatValue(value)}
      {metric.unit !== undefined && <small>{metric.unit}</small>}
    </span>
  );
}
