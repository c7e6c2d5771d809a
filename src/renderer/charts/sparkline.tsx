// The last hour of a metric, or the time since its device is known, as a small line: one SVG path, redrawn without rendering React.
import { useRef } from "react";
import type { Metric } from "../../shared/device.ts";
import { useNow } from "../api/feed/use-now.ts";
import { useChart } from "../api/queries.ts";
import type { BucketWindow } from "./series/bucket-window.ts";
import { runsOf } from "./series/runs.ts";
import styles from "./sparkline.module.css";
import { useLiveChart } from "./use-live-chart.ts";
import { useNear } from "./use-near.ts";

const WIDTH = 96;
const HEIGHT = 30;
/** Keeps the stroke inside the view box. */
const MARGIN = 2;
/** Of a young device a shorter one, so that its line fills from the first reading on. */
const SPANS_MS = [120_000, 600_000, 3_600_000] as const;
const POINTS = 48;
/** A row of dots, shown without readings. */
const EMPTY_PATH = Array.from({ length: 12 }, (_, index) => `M${MARGIN + index * 8} ${HEIGHT / 2}h0.1`).join("");

interface Props {
  readonly device: string;
  readonly metric: Metric;
  /** When the device was first seen. */
  readonly sinceMs: number;
  readonly colour: string;
}

export function Sparkline({ device, metric, sinceMs, colour }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const path = useRef<SVGPathElement>(null);
  const { width, isNear } = useNear(svg);
  const spanMs = useSpan(sinceMs);
  const chart = useChart({ device, metric: metric.name, spanMs, points: POINTS }, width !== undefined);
  useLiveChart(chart, metric.latest, (window) => path.current?.setAttribute("d", pathOf(window, sinceMs)), { isNear });

  return (
    <svg
      ref={svg}
      className={styles["sparkline"]}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path ref={path} style={{ stroke: colour }} />
    </svg>
  );
}

/** The shortest span that shows all of a young device; a pass of the minute is soon enough to see that it grew. */
function useSpan(sinceMs: number): number {
  const ageMs = useNow(60_000) - sinceMs;
  return SPANS_MS.find((spanMs) => ageMs < spanMs) ?? SPANS_MS[2];
}

function pathOf(window: BucketWindow, sinceMs: number): string {
  const { min, max } = window.summary() ?? { min: 0, max: 0 };
  const { endMs } = window;
  const { runs, isStepped } = runsOf(window);
  const first = runs[0]?.[0];
  if (first === undefined) return EMPTY_PATH;
  // From the first reading on, the line takes the whole width; what a device brought along is older than it.
  const startMs = Math.max(window.startMs, Math.min(sinceMs, first.t, endMs - window.stepMs));
  const x = (t: number) => MARGIN + ((t - startMs) / (endMs - startMs)) * (WIDTH - 2 * MARGIN);
  const y = (value: number) => {
    // Halved, since the difference of two huge values may overflow a double.
    const fromTop = (max / 2 - value / 2) / (max / 2 - min / 2);
    // A constant value is drawn in the middle.
    return MARGIN + (Number.isNaN(fromTop) ? 0.5 : fromTop) * (HEIGHT - 2 * MARGIN);
  };
  return runs
    .map((run) => {
      const points = run.map(({ t, avg }) => [x(t).toFixed(1), y(avg).toFixed(1)] as const);
      const line = points.map((point) => (isStepped ? `H${point[0]}V${point[1]}` : `L${point.join(" ")}`)).join("");
      return `M${points[0]?.join(" ")}${line}${run.length === 1 ? "h0.1" : ""}`;
    })
    .join("");
}
