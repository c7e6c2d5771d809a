// The line of a sparkline, as the data of an SVG path.
import type { BucketWindow } from "./series/bucket-window.ts";
import { runsOf } from "./series/runs.ts";

export const SPARKLINE_WIDTH = 96;
export const SPARKLINE_HEIGHT = 30;
/** Keeps the stroke inside the view box. */
const MARGIN = 2;
/** A row of dots, shown without readings. */
const EMPTY_PATH = Array.from({ length: 12 }, (_, index) => `M${MARGIN + index * 8} ${SPARKLINE_HEIGHT / 2}h0.1`).join(
  "",
);

/** `sinceMs`: when the device was first seen. The line spans the width from then on, or from an older reading that it sent. */
export function sparklinePath(window: BucketWindow, sinceMs: number): string {
  const { startMs, endMs, stepMs } = window;
  const { runs: all, isStepped } = runsOf(window);
  // An isolated reading before the first line would be a speck.
  const [lone, next] = all;
  const isApart = lone?.length === 1 && next !== undefined && next.length > 1;
  const runs = isApart ? all.slice(1) : all;
  const first = runs[0]?.[0];
  if (first === undefined) return EMPTY_PATH;
  const shown = runs.flat();
  const [min, max] = [Math.min(...shown.map((one) => one.min)), Math.max(...shown.map((one) => one.max))];
  const begunMs = isApart && sinceMs > startMs ? first.t : Math.min(sinceMs, first.t);
  const fromMs = Math.max(startMs, Math.min(begunMs, endMs - stepMs));
  const x = (t: number) => MARGIN + ((t - fromMs) / (endMs - fromMs)) * (SPARKLINE_WIDTH - 2 * MARGIN);
  const y = (value: number) => {
    // Halved, since the difference of two huge values may overflow a double.
    const fromTop = (max / 2 - value / 2) / (max / 2 - min / 2);
    // A constant value is drawn in the middle.
    return MARGIN + (Number.isNaN(fromTop) ? 0.5 : fromTop) * (SPARKLINE_HEIGHT - 2 * MARGIN);
  };
  return runs
    .map((run) => {
      const points = run.map(({ t, avg }) => [x(t).toFixed(1), y(avg).toFixed(1)] as const);
      const line = points.map((point) => (isStepped ? `H${point[0]}V${point[1]}` : `L${point.join(" ")}`)).join("");
      return `M${points[0]?.join(" ")}${line}${run.length === 1 ? "h0.1" : ""}`;
    })
    .join("");
}
