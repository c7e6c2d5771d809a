// Draws one series: the mean as a line over the band from minimum to maximum, with gaps left open.
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import type { Bucket } from "../../shared/reading.ts";
import type { BucketWindow } from "./bucket-window.ts";
import { type ChartPoint, type Frame, lineChartConfiguration } from "./line-chart-configuration.ts";
import { runsOf } from "./runs.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

export class LineChart {
  readonly #chart: Chart<"line", ChartPoint[]>;
  readonly #frame: Frame = { startMs: 0, endMs: 1, stepMs: 1, gaps: [], resolution: undefined, isOnOff: false };

  constructor(canvas: HTMLCanvasElement, unit: string | undefined) {
    this.#chart = new Chart(canvas, lineChartConfiguration(this.#frame, getComputedStyle(canvas), unit));
  }

  draw(window: BucketWindow): void {
    const { runs, gaps, isStepped } = runsOf(window);
    const { stepMs, startMs, endMs, resolution } = window;
    Object.assign(this.#frame, { startMs, endMs, stepMs, gaps, resolution, isOnOff: isStepped });
    // A point without neighbours makes no line, so it is drawn as a dot.
    const lone = runs.filter((run) => run.length === 1);
    const lines = [
      chartPointsOf(runs, ({ max }) => max),
      chartPointsOf(runs, ({ min }) => min),
      chartPointsOf(runs, ({ avg }) => avg),
      chartPointsOf(lone, ({ avg }) => avg),
    ];
    for (const [index, dataset] of this.#chart.data.datasets.entries()) {
      dataset.data = lines[index] ?? [];
      dataset.stepped = isStepped;
    }
    this.#chart.update("none");
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

/** A NaN point between two runs keeps Chart.js from joining them. */
function chartPointsOf(runs: readonly (readonly Bucket[])[], pick: (bucket: Bucket) => number): ChartPoint[] {
  return runs.flatMap((run) => {
    const points: ChartPoint[] = run.map((bucket) => ({ x: bucket.t, y: pick(bucket), bucket }));
    return [...points, { x: points.at(-1)?.x ?? 0, y: Number.NaN, bucket: null }];
  });
}
