// The latest value of a metric. A live reading renders this component alone.
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
