// The latest value of a metric. A live reading renders this component alone.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useLatest, useLive } from "../api/feed/use-live.ts";
import { useStored } from "../api/kept/stored.ts";
import { temperatureUnit } from "../api/kept/temperature-unit.ts";
import { formatInUnit, unitBeside } from "../i18n/numbers.ts";
import { text } from "../i18n/text.ts";
import { formatExact } from "../i18n/times.ts";
import { inUnit, type Quantity } from "../i18n/units.ts";
import styles from "./latest-value.module.css";

/** A longer number is written smaller: a card has a label and a line beside it. */
const MAX_LARGE_CHARACTERS = 10;

interface Props {
  readonly device: string;
  readonly metric: Metric;
}

export function LatestValue({ device, metric }: Props) {
  const latest = useLatest(device, metric);
  const series = useLive().series.of(device, metric.name);
  const seen = useSignal(series.resolution);
  const hasTwoStates = useSignal(series.hasTwoStates);
  const sent = { value: latest.value, unit: metric.unit, resolution: resolutionOf(metric, seen) };
  const quantity = inUnit(sent, useStored(temperatureUnit));
  const { unit } = quantity;
  const shown = valueText(metric, quantity, hasTwoStates);
  const isLong = shown.length > MAX_LARGE_CHARACTERS;
  return (
    <span
      className={`${styles["value"]} ${isLong ? styles["long"] : ""}`}
      title={`${latest.value} ${metric.unit ?? ""} · ${formatExact(latest.ts)}`}
    >
      {shown}
      {unitBeside(unit) !== undefined && <small>{unit}</small>}
    </span>
  );
}

/** What people chose comes before what was seen. */
const resolutionOf = ({ decimals }: Metric, seen: number | undefined): number | undefined =>
  decimals === undefined ? seen : 10 ** -decimals;

function valueText({ kind }: Metric, { value, unit, resolution }: Quantity, hasTwoStates: boolean): string {
  const isState = kind === "state" || (kind === undefined && unit === undefined && hasTwoStates);
  if (isState && (value === 0 || value === 1)) return value === 1 ? text.charts.on : text.charts.off;
  return formatInUnit(value, unit, resolution);
}
