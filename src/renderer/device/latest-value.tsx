// The latest value of a metric. A live reading renders this component alone.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/signal.ts";
import { useLatest, useLive } from "../api/use-live.ts";
import { formatValue } from "../i18n/numbers.ts";
import { text } from "../i18n/text.ts";
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
  const shown = valueText(metric, value, resolution);
  const isLong = shown.length > MAX_LARGE_CHARACTERS;
  return (
    <span className={`${styles["value"]} ${isLong ? styles["long"] : ""}`} title={String(value)}>
      {shown}
      {metric.unit !== undefined && <small>{metric.unit}</small>}
    </span>
  );
}

function valueText({ kind, decimals }: Metric, value: number, resolution: number | undefined): string {
  if (kind === "state" && (value === 0 || value === 1)) return value === 1 ? text.charts.on : text.charts.off;
  return formatValue(value, decimals === undefined ? resolution : 10 ** -decimals);
}
