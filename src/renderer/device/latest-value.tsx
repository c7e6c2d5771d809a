// The latest value of a metric. A live reading renders only this component.
import type { Metric } from "../../shared/device.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useLatest, useLive } from "../api/feed/use-live.ts";
import { useShown } from "../api/local-storage/unit-choices.ts";
import { formatInUnit, unitBeside } from "../i18n/numbers.ts";
import { text } from "../i18n/text.ts";
import { formatExact } from "../i18n/times.ts";
import { lastDigitOf } from "../i18n/units.ts";
import styles from "./latest-value.module.css";

/** A longer number is smaller: a card also has a label and a sparkline beside it. */
const MAX_LARGE_CHARACTERS = 10;

interface Props {
  readonly device: string;
  readonly metric: Metric;
  /** False where it is out of view. */
  readonly isLive?: boolean;
}

export function LatestValue({ device, metric, isLive = true }: Props) {
  const latest = useLatest(device, metric, isLive);
  const series = useLive().series.of(device, metric.name);
  const seen = useSignal(series.resolution);
  const hasTwoStates = useSignal(series.hasTwoStates);
  const { metric: shownMetric, conversion } = useShown(metric);
  const { unit } = conversion;
  const finest = conversion.resolution(seen ?? (conversion.isSame ? undefined : lastDigitOf(latest.value)));
  const shown = valueText(shownMetric, conversion.shown(latest.value), precisionOf(shownMetric, finest), hasTwoStates);
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

/** A person's choice overrides the detected kind. */
const precisionOf = ({ decimals }: Metric, seen: number | undefined): number | undefined =>
  decimals === undefined ? seen : 10 ** -decimals;

function valueText(
  { kind, unit }: Metric,
  value: number,
  resolution: number | undefined,
  hasTwoStates: boolean,
): string {
  const isState = kind === "state" || (kind === undefined && unit === undefined && hasTwoStates);
  if (isState && (value === 0 || value === 1)) return value === 1 ? text.controls.on : text.controls.off;
  return formatInUnit(value, unit, resolution);
}
