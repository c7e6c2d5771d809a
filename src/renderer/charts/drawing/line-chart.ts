// Draws one series: the mean as a line over the band from minimum to maximum, with gaps left open, and behind it, where that is
// asked for, the same series at an earlier time.
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import type { Bucket } from "../../../shared/reading.ts";
import type { BucketWindow } from "../series/bucket-window.ts";
import { type DrawnRuns, runsOf } from "../series/runs.ts";
import type { Bounds } from "../view/time-view.ts";
import type { ChartPoint, Frame } from "./frame.ts";
import { type LineChartOptions, lineChartConfiguration } from "./line-chart-configuration.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement);

export class LineChart {
  readonly #chart: Chart<"line", ChartPoint[]>;
  readonly #frame: Frame = { startMs: 0, endMs: 1, gaps: [], isOnOff: false, cursorMs: null, marked: null };
  #drawn: DrawnRuns = { runs: [], gaps: [], isStepped: false };

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions) {
    this.#chart = new Chart(canvas, lineChartConfiguration(this.#frame, getComputedStyle(canvas), options));
  }

  /** `earlier`: what is compared with, moved to the time that is shown. */
  draw(window: BucketWindow, { startMs, endMs }: Bounds, earlier: DrawnRuns | null): void {
    const drawn = runsOf(window);
    const { runs, gaps, isStepped } = drawn;
    this.#drawn = drawn;
    Object.assign(this.#frame, { startMs, endMs, gaps, isOnOff: isStepped });
    // A point without neighbours makes no line, so it is drawn as a dot.
    const lone = runs.filter((run) => run.length === 1);
    const lines = [
      chartPointsOf(runs, ({ max }) => max),
      chartPointsOf(runs, ({ min }) => min),
      chartPointsOf(runs, ({ avg }) => avg),
      chartPointsOf(lone, ({ avg }) => avg),
      chartPointsOf(earlier?.runs ?? [], ({ avg }) => avg),
    ];
    for (const [index, dataset] of this.#chart.data.datasets.entries()) {
      dataset.data = lines[index] ?? [];
      dataset.stepped = isStepped;
    }
    this.#chart.update("none");
  }

  /** Draws the marked moment, and nothing else anew. */
  markMoment(cursorMs: number | null): void {
    this.#frame.cursorMs = cursorMs;
    this.#chart.draw();
  }

  markSpan(marked: readonly [number, number] | null): void {
    this.#frame.marked = marked;
    this.#chart.draw();
  }

  /** The moment at so many CSS pixels from the left edge of the canvas. */
  timeAt(x: number): number {
    return this.#chart.scales["x"]?.getValueForPixel(x) ?? 0;
  }

  /** What is drawn: the gaps and the points between them. */
  get drawn(): DrawnRuns {
    return this.#drawn;
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

/** A NaN point between two runs keeps Chart.js from joining them. */
export function chartPointsOf(runs: readonly (readonly Bucket[])[], pick: (bucket: Bucket) => number): ChartPoint[] {
  return runs.flatMap((run) => {
    const points: ChartPoint[] = run.map((bucket) => ({ x: bucket.t, y: pick(bucket), bucket }));
    return [...points, { x: points.at(-1)?.x ?? 0, y: Number.NaN, bucket: null }];
  });
}
