// Draws one series: the mean as a line over the band from minimum to maximum, with gaps, and behind it, optionally, the same series
// at an earlier time.
import type { BucketWindow } from "../series/bucket-window.ts";
import { type DrawnRuns, runsOf } from "../series/runs.ts";
import type { Bounds } from "../view/time-view.ts";
import { type LineChartOptions, lineChartConfiguration } from "./line-chart-configuration.ts";
import { chartPointsOf, TimeChart } from "./time-chart.ts";

export class LineChart extends TimeChart {
  #drawn: DrawnRuns = { runs: [], gaps: [], isStepped: false };

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions) {
    super(canvas, (frame, style) => lineChartConfiguration(frame, style, options));
  }

  /** `earlier`: what is compared with, moved to the time that is shown. */
  draw(window: BucketWindow, { startMs, endMs }: Bounds, earlier: DrawnRuns | null): void {
    const drawn = runsOf(window);
    const { runs, gaps, isStepped } = drawn;
    this.#drawn = drawn;
    Object.assign(this.frame, { startMs, endMs, gaps, isOnOff: isStepped });
    // A point without neighbours makes no line, so it is drawn as a dot.
    const lone = runs.filter((run) => run.length === 1);
    const lines = [
      chartPointsOf(runs, ({ max }) => max),
      chartPointsOf(runs, ({ min }) => min),
      chartPointsOf(runs, ({ avg }) => avg),
      chartPointsOf(lone, ({ avg }) => avg),
      chartPointsOf(earlier?.runs ?? [], ({ avg }) => avg),
    ];
    for (const [index, dataset] of this.chart.data.datasets.entries()) {
      dataset.data = lines[index] ?? [];
      dataset.stepped = isStepped;
    }
    this.chart.update("none");
  }

  /** What is drawn: the gaps and the points between them. */
  get drawn(): DrawnRuns {
    return this.#drawn;
  }
}
