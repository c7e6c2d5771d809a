// Draws several series over one another, each at the axis of its unit: the first unit's at the left, the others' at the right.
import type { ChartConfiguration, Plugin } from "chart.js";
import { formatTickInUnit, unitBeside } from "../../i18n/numbers.ts";
import type { DrawnRuns } from "../series/runs.ts";
import type { Bounds } from "../view/time-view.ts";
import type { ChartPoint, Frame } from "./frame.ts";
import { marksPlugin } from "./marks-plugin.ts";
import { type OverlayStyle, overlayPlugin } from "./overlay-plugin.ts";
import { chartStyle, timeAxis } from "./time-axis.ts";
import { chartPointsOf, TimeChart } from "./time-chart.ts";
import { valueTicks } from "./value-ticks.ts";

const VALUE_PADDING_RATIO = 0.08;
/** Above the highest tick. */
const UNIT_HEIGHT_PX = 22;
const UNIT_RISE_PX = 10;
const TICK_GAP_PX = 8;

export interface ComparedLine {
  /** A colour as CSS computes it. */
  readonly colour: string;
  readonly unit: string;
}

export class CompareChart extends TimeChart {
  constructor(canvas: HTMLCanvasElement, lines: readonly ComparedLine[]) {
    super(canvas, (frame, style) => configuration(frame, style, lines));
  }

  /** `drawn` in the order of the lines; null where a series is not loaded. */
  draw(drawn: readonly (DrawnRuns | null)[], { startMs, endMs }: Bounds): void {
    Object.assign(this.frame, { startMs, endMs });
    for (const [index, dataset] of this.chart.data.datasets.entries()) {
      const line = drawn[index];
      dataset.data = chartPointsOf(line?.runs ?? [], ({ avg }) => avg);
      dataset.stepped = line?.isStepped ?? false;
    }
    this.chart.update("none");
  }
}

const axisOf = (unit: string): string => `y ${unit}`;

function configuration(
  frame: Frame,
  style: CSSStyleDeclaration,
  lines: readonly ComparedLine[],
): ChartConfiguration<"line", ChartPoint[]> {
  const shared = chartStyle(style);
  const { token, ticks, overlay } = shared;
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const axes = units.map((unit, index) => {
    const axis = {
      position: index === 0 ? ("left" as const) : ("right" as const),
      bounds: "data" as const,
      grid: { display: index === 0, color: token("--line"), drawTicks: false },
      border: { display: false },
      ticks: {
        ...ticks,
        padding: TICK_GAP_PX,
        autoSkip: false,
        callback: (value: number | string, _index: number, all: readonly { readonly value: number }[]) =>
          formatTickInUnit(Number(value), (all[1]?.value ?? 1) - (all[0]?.value ?? 0), unit),
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
    return [axisOf(unit), axis] as const;
  });
  return {
    type: "line",
    data: {
      datasets: lines.map(({ colour, unit }) => ({
        data: [],
        yAxisID: axisOf(unit),
        borderColor: colour,
        borderWidth: 1.8,
        borderJoinStyle: "round" as const,
        pointRadius: 0,
      })),
    },
    plugins: [
      overlayPlugin(frame, { ...overlay, unit: undefined }),
      marksPlugin(frame, overlay),
      unitsPlugin(units, overlay),
    ],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      layout: { padding: { top: UNIT_HEIGHT_PX } },
      events: [],
      scales: {
        x: timeAxis(frame, shared),
        ...Object.fromEntries(axes),
      },
    },
  };
}

/** A Chart.js plugin: the unit of each axis above its ticks. */
function unitsPlugin(
  units: readonly string[],
  { label, family }: Pick<OverlayStyle, "label" | "family">,
): Plugin<"line"> {
  return {
    id: "units",
    afterDraw({ ctx, chartArea, scales }) {
      ctx.save();
      ctx.font = `11px ${family}`;
      ctx.fillStyle = label;
      for (const [index, unit] of units.entries()) {
        const scale = scales[axisOf(unit)];
        if (scale === undefined || unitBeside(unit) === undefined) continue;
        ctx.textAlign = index === 0 ? "right" : "left";
        const x = index === 0 ? scale.right - TICK_GAP_PX : scale.left + TICK_GAP_PX;
        ctx.fillText(unit, x, chartArea.top - UNIT_RISE_PX);
      }
      ctx.restore();
    },
  };
}
