// The latest value of a metric. A live reading renders this component alone.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/signal.ts";
import { useLatest, useLive } from "../api/use-live.ts";
import { formatValue } from "../i18n/numbers.ts";
import styles from "./latest-value.module.css";

/** A longer number is written smaller: a card has a label and a line beside it. */
const MAX_LARGE_CHARACTERS = 10;

interface Props {
  readonly device: string;
  readonly metric: Metric;
}

export function LatestValue({ device, metric }: Props) {
  const { value } = useLatest(device, metric);
  const resolution = useSignal(useLive().series.of(device, metric.name).resolution);
  const text = formatValue(value, resolution);
  const isLong = text.length > MAX_LARGE_CHARACTERS;
  return (
    <span className={`${styles["value"]} ${isLong ? styles["long"] : ""}`} title={String(value)}>
      {text}
      {metric.unit !== undefined && <small>{metric.unit}</small>}
    </span>
  );
}
