// The latest value of a metric. A live reading renders this component alone.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/signal.ts";
import { useStored } from "../api/stored.ts";
import { temperatureUnit } from "../api/temperature-unit.ts";
import { useLatest, useLive } from "../api/use-live.ts";
import { formatBytes, formatValue } from "../i18n/numbers.ts";
import { formatExact } from "../i18n/times.ts";
import { inUnit } from "../i18n/units.ts";
import styles from "./latest-value.module.css";

/** A longer number is written smaller: a card has a label and a line beside it. */
const MAX_LARGE_CHARACTERS = 10;

interface Props {
  readonly device: string;
  readonly metric: Metric;
}

export function LatestValue({ device, metric }: Props) {
  const latest = useLatest(device, metric);
  const seen = useSignal(useLive().series.of(device, metric.name).resolution);
  const asSent = { value: latest.value, unit: metric.unit, resolution: seen };
  const { value, unit, resolution } = inUnit(asSent, useStored(temperatureUnit));
  const text = unit === "B" ? formatBytes(value) : formatValue(value, resolution);
  const isLong = text.length > MAX_LARGE_CHARACTERS;
  return (
    <span
      className={`${styles["value"]} ${isLong ? styles["long"] : ""}`}
      title={`${latest.value} ${metric.unit ?? ""} · ${formatExact(latest.ts)}`}
    >
      {text}
      {unit !== undefined && unit !== "B" && <small>{unit}</small>}
    </span>
  );
}
