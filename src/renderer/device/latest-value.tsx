// The latest value of a metric. A live reading renders this component alone.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/signal.ts";
import { useLatest, useLive } from "../api/use-live.ts";
import { formatValue } from "../i18n/numbers.ts";
import styles from "./latest-value.module.css";

interface Props {
  readonly device: string;
  readonly metric: Metric;
}

export function LatestValue({ device, metric }: Props) {
  const { value } = useLatest(device, metric);
  const resolution = useSignal(useLive().series.of(device, metric.name).resolution);
  return (
    <span className={styles["value"]} title={String(value)}>
      {formatValue(value, resolution)}
      {metric.unit !== undefined && <small>{metric.unit}</small>}
    </span>
  );
}
