// One metric of a device: latest value, range and chart. React renders the frame once; readings are drawn without it.
import { type RefObject, useEffect, useRef } from "react";
import type { Metric } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useChart } from "../../api/queries.ts";
import type { Summary } from "../../charts/bucket-window.ts";
import { LineChart } from "../../charts/line-chart.ts";
import { useLiveChart } from "../../charts/use-live-chart.ts";
import { LatestValue } from "../../device/latest-value.tsx";
import { metricLabel } from "../../i18n/names.ts";
import { formatValue } from "../../i18n/numbers.ts";
import { Failure } from "../../ui/failure.tsx";
import { useDark } from "../../ui/hooks/use-dark.ts";
import { useWidthWhenNear } from "../../ui/hooks/use-width-when-near.ts";
import styles from "./metric-chart.module.css";

/** More points than this cannot be told apart. */
const PIXELS_PER_POINT = 2;

interface Props {
  readonly device: string;
  readonly metric: Metric;
  readonly colour: string;
  readonly spanMs: number;
}

export function MetricChart(props: Props) {
  const { device, metric, colour } = props;
  const card = useRef<HTMLElement>(null);
  const range = useRef<HTMLSpanElement>(null);
  const width = useWidthWhenNear(card);
  const isDark = useDark();
  const label = metricLabel(metric);

  return (
    <section
      ref={card}
      className={`panel ${styles["card"]}`}
      style={{ color: metric.stale ? "var(--faint)" : colour }}
      aria-label={label}
    >
      <header>
        <h2 className="cut" title={metric.name}>
          {label}
        </h2>
        <span ref={range} className={styles["range"]} />
        <LatestValue device={device} metric={metric} />
      </header>
      <div className={styles["plot"]}>
        {width !== undefined && (
          <Plot
            key={`${isDark} ${colour} ${metric.unit}`}
            {...props}
            range={range}
            label={label}
            points={Math.min(1_000, Math.ceil(width / PIXELS_PER_POINT))}
          />
        )}
      </div>
    </section>
  );
}

interface PlotProps extends Props {
  readonly range: RefObject<HTMLElement | null>;
  readonly label: string;
  readonly points: number;
}

function Plot({ device, metric, spanMs, range, label, points }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<LineChart>(null);
  const chart = useChart({ device, metric: metric.name, spanMs, points });

  useEffect(() => {
    if (canvas.current === null) return;
    const drawing = new LineChart(canvas.current, metric.unit);
    picture.current = drawing;
    return () => drawing.destroy();
  }, [metric.unit]);

  useLiveChart(chart, metric.latest, (window) => {
    picture.current?.draw(window);
    if (range.current !== null) range.current.textContent = rangeText(window.summary(), window.resolution);
  });

  return (
    <>
      {chart.isLoadingError && (
        <Failure
          title="This chart could not be loaded."
          message={explain(chart.error)}
          onRetry={() => void chart.refetch()}
        />
      )}
      <canvas ref={canvas} role="img" aria-label={`${label} over time`} hidden={chart.isLoadingError} />
    </>
  );
}

function rangeText(summary: Summary | undefined, resolution: number | undefined): string {
  if (summary === undefined) return "no readings in this time";
  const { min, mean, max } = summary;
  const [least, usual, greatest] = [min, mean, max].map((value) => formatValue(value, resolution));
  return `min ${least} · mean ${usual} · max ${greatest}`;
}
