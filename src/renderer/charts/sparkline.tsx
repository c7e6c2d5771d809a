// The last hour of a metric, or the time since its device was first seen, as a small line: one SVG path, redrawn without React.
import { useRef } from "react";
import type { Metric } from "../../shared/device.ts";
import { useNow } from "../api/feed/use-now.ts";
import { useChart } from "../api/queries.ts";
import styles from "./sparkline.module.css";
import { SPARKLINE_HEIGHT, SPARKLINE_WIDTH, sparklinePath } from "./sparkline-path.ts";
import { useLiveChart } from "./use-live-chart.ts";
import { useNear } from "./use-near.ts";
import { useTwoStates } from "./use-two-states.ts";

/** Of a young device a shorter one, so that its line fills from the first reading on. */
const SPANS_MS = [120_000, 600_000, 3_600_000] as const;
const POINTS = 48;

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
  useTwoStates(device, metric, chart.isSuccess);
  useLiveChart(chart, metric, (window) => path.current?.setAttribute("d", sparklinePath(window, sinceMs)), {
    isNear,
  });

  return (
    <svg
      ref={svg}
      className={styles["sparkline"]}
      viewBox={`0 0 ${SPARKLINE_WIDTH} ${SPARKLINE_HEIGHT}`}
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
