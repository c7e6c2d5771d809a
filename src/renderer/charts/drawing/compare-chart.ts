// Draws several series over one another, each at the axis of its unit: the first one at the left, the others at the right. Series
// without a unit share an axis with those of their name alone: a switch is no count. An axis of one series has its colour.
import type { ChartConfiguration, Plugin } from "chart.js";
import { unitBeside } from "../../i18n/numbers.ts";
import { isDashed } from "../colours.ts";
import type { DrawnRuns } from "../series/runs.ts";
import type { Bounds } from "../view/time-view.ts";
import type { ChartPoint, Frame } from "./frame.ts";
import { marksPlugin } from "./marks-plugin.ts";
import { overlayPlugin } from "./overlay-plugin.ts";
import { type ChartStyle, chartStyle, timeAxis } from "./time-axis.ts";
import { chartPointsOf, TimeChart } from "./time-chart.ts";
import { tickText, valueTicks } from "./value-ticks.ts";

const VALUE_PADDING_RATIO = 0.08;
/** Above the highest tick. */
const UNIT_HEIGHT_PX = 22;
const UNIT_RISE_PX = 10;
const TICK_GAP_PX = 8;
const LONE_POINT_RADIUS_PX = 2;
const DASH = [6, 3];

export interface ComparedLine {
  /** A colour as CSS computes it. */
  readonly colour: string;
  readonly unit: string | undefined;
  /** Its name, which counts where it has no unit. */
  readonly metric: string;
}

export class CompareChart extends TimeChart {
  constructor(canvas: HTMLCanvasElement, lines: readonly ComparedLine[]) {
    super(canvas, (frame, style) => configuration(frame, style, lines));
  }

  /** `drawn` in the order of the lines; null where a series is not loaded. */
  draw(drawn: readonly (DrawnRuns | null)[], { startMs, endMs }: Bounds): void {
    Object.assign(this.frame, { startMs, endMs });
    for (const [index, dataset] of this.chart.data.datasets.entries()) {
      const { runs = [], isStepped = false } = drawn[index] ?? {};
      dataset.data = chartPointsOf(runs, ({ avg }) => avg);
      dataset.pointRadius = radiiOf(runs);
      dataset.stepped = isStepped;
    }
    this.chart.update("none");
  }
}

/** A point without neighbours makes no line, so it is drawn as a dot. */
function radiiOf(runs: DrawnRuns["runs"]): number | number[] {
  const radiusOf = ({ length }: DrawnRuns["runs"][number]) => (length === 1 ? LONE_POINT_RADIUS_PX : 0);
  if (!runs.some((run) => run.length === 1)) return 0;
  return runs.flatMap((run) => [...run.map(() => radiusOf(run)), 0]);
}

const axisOf = ({ unit, metric }: ComparedLine): string => (unit === undefined ? `metric:${metric}` : `unit:${unit}`);

function configuration(
  frame: Frame,
  style: CSSStyleDeclaration,
  lines: readonly ComparedLine[],
): ChartConfiguration<"line", ChartPoint[]> {
  const shared = chartStyle(style);
  const { token, ticks, overlay, scale: textScale } = shared;
  const groups = [...Map.groupBy(lines, axisOf).values()];
  const axes = groups.flatMap(([line, ...others], index) => {
    if (line === undefined) return [];
    const { unit, colour } = line;
    const axis = {
      position: index === 0 ? ("left" as const) : ("right" as const),
      bounds: "data" as const,
      grid: { display: index === 0, color: token("--line"), drawTicks: false },
      border: { display: false },
      ticks: {
        ...ticks,
        ...(others.length === 0 && lines.length > 1 && { color: colour }),
        padding: TICK_GAP_PX,
        autoSkip: false,
        callback: (value: number | string, _index: number, all: readonly { readonly value: number }[]) =>
          tickText(value, all, unit),
      },
      afterDataLimits(scale: { min: number; max: number }) {
        const room = (scale.max - scale.min) * VALUE_PADDING_RATIO;
        scale.min -= room;
        scale.max += room;
      },
      afterBuildTicks(scale: { min: number; max: number; ticks: { value: number }[] }) {
        scale.ticks = valueTicks(scale.min, scale.max);
      },
    };
    return [[axisOf(line), axis] as const];
  });
  return {
    type: "line",
    data: {
      datasets: lines.map((line, index) => ({
        data: [],
        yAxisID: axisOf(line),
        borderColor: line.colour,
        pointBackgroundColor: line.colour,
        pointBorderWidth: 0,
        borderWidth: 1.8,
        borderJoinStyle: "round" as const,
        borderDash: isDashed(index) ? DASH : [],
        pointRadius: 0,
      })),
    },
    plugins: [
      overlayPlugin(frame, { ...overlay, unit: undefined }),
      marksPlugin(frame, overlay),
      unitsPlugin(
        groups.flatMap((group) => group.slice(0, 1)),
        shared,
      ),
    ],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      layout: { padding: { top: UNIT_HEIGHT_PX * textScale } },
      events: [],
      scales: {
        x: timeAxis(frame, shared),
        ...Object.fromEntries(axes),
      },
    },
  };
}

/** A Chart.js plugin: the unit of each axis above its ticks. `lines`: one of each axis. */
function unitsPlugin(lines: readonly ComparedLine[], { ticks, overlay, scale: textScale }: ChartStyle): Plugin<"line"> {
  return {
    id: "units",
    afterDraw({ ctx, chartArea, scales }) {
      ctx.save();
      ctx.font = `${ticks.font.size}px ${ticks.font.family}`;
      ctx.fillStyle = overlay.label;
      for (const [index, line] of lines.entries()) {
        const [scale, unit] = [scales[axisOf(line)], unitBeside(line.unit)];
        if (scale === undefined || unit === undefined) continue;
        ctx.textAlign = index === 0 ? "right" : "left";
        const x = index === 0 ? scale.right - TICK_GAP_PX : scale.left + TICK_GAP_PX;
        ctx.fillText(unit, x, chartArea.top - UNIT_RISE_PX * textScale);
      }
      ctx.restore();
    },
  };
}
