// Draws several series over one another, each at the axis of its unit: the first unit's at the left, the others' at the right.
import {
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Title,
} from "chart.js";
import { formatTickInUnit, unitBeside } from "../../i18n/numbers.ts";
import type { DrawnRuns } from "../series/runs.ts";
import type { Bounds } from "../view/time-view.ts";
import type { ChartPoint, Frame } from "./frame.ts";
import { chartPointsOf } from "./line-chart.ts";
import { overlayPlugin } from "./overlay-plugin.ts";
import { timeTicks } from "./time-ticks.ts";
import { valueTicks } from "./value-ticks.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Title);

const PIXELS_PER_TIME_TICK = 84;
const VALUE_PADDING_RATIO = 0.08;

export interface ComparedLine {
  /** A colour as CSS computes it. */
  readonly colour: string;
  readonly unit: string;
}

export class CompareChart {
  readonly #chart: Chart<"line", ChartPoint[]>;
  readonly #frame: Frame = { startMs: 0, endMs: 1, gaps: [], isOnOff: false, cursorMs: null, marked: null };

  constructor(canvas: HTMLCanvasElement, lines: readonly ComparedLine[]) {
    this.#chart = new Chart(canvas, configuration(this.#frame, getComputedStyle(canvas), lines));
  }

  /** `drawn` in the order of the lines; null where a series is not loaded. */
  draw(drawn: readonly (DrawnRuns | null)[], { startMs, endMs }: Bounds): void {
    Object.assign(this.#frame, { startMs, endMs });
    for (const [index, dataset] of this.#chart.data.datasets.entries()) {
      const line = drawn[index];
      dataset.data = chartPointsOf(line?.runs ?? [], ({ avg }) => avg);
      dataset.stepped = line?.isStepped ?? false;
    }
    this.#chart.update("none");
  }

  markMoment(cursorMs: number | null): void {
    this.#frame.cursorMs = cursorMs;
    this.#chart.draw();
  }

  markSpan(marked: readonly [number, number] | null): void {
    this.#frame.marked = marked;
    this.#chart.draw();
  }

  timeAt(x: number): number {
    return this.#chart.scales["x"]?.getValueForPixel(x) ?? 0;
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

const axisOf = (unit: string): string => `y ${unit}`;

function configuration(
  frame: Frame,
  style: CSSStyleDeclaration,
  lines: readonly ComparedLine[],
): ChartConfiguration<"line", ChartPoint[]> {
  const token = (name: string) => style.getPropertyValue(name);
  const { fontFamily: family } = style;
  const ticks = { color: token("--faint"), font: { family, size: 11 } };
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const axes = units.map((unit, index) => {
    const axis = {
      position: index === 0 ? ("left" as const) : ("right" as const),
      bounds: "data" as const,
      grid: { display: index === 0, color: token("--line"), drawTicks: false },
      border: { display: false },
      title: {
        display: unit !== "" && unitBeside(unit) !== undefined,
        text: unit,
        color: token("--soft"),
        font: { family, size: 12 },
      },
      ticks: {
        ...ticks,
        padding: 8,
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
      overlayPlugin(frame, {
        unit: undefined,
        ground: token("--sunken"),
        panel: token("--panel"),
        hatch: token("--faint"),
        label: token("--soft"),
        accent: token("--accent"),
        family,
      }),
    ],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      events: [],
      scales: {
        x: {
          type: "linear",
          bounds: "data",
          grid: { display: false },
          border: { color: token("--line") },
          ticks: {
            ...ticks,
            autoSkip: false,
            maxRotation: 0,
            callback: (_value, index, all) => all[index]?.label ?? "",
          },
          afterDataLimits(axis) {
            axis.min = frame.startMs;
            axis.max = frame.endMs;
          },
          afterBuildTicks(axis) {
            axis.ticks = timeTicks(axis.min, axis.max, axis.chart.width / PIXELS_PER_TIME_TICK);
          },
        },
        ...Object.fromEntries(axes),
      },
    },
  };
}
