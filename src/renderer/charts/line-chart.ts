// The picture of one series: the mean as a line, least to greatest as a band behind it, holes left open.
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import type { Bucket } from "../../shared/reading.ts";
import type { BucketWindow } from "./bucket-window.ts";
import { courseOf } from "./gaps.ts";
import { type Frame, lineChartConfiguration, type Spot } from "./line-chart-configuration.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

export class LineChart {
  readonly #chart: Chart<"line", Spot[]>;
  readonly #frame: Frame = { startMs: 0, endMs: 1, stepMs: 1, holes: [] };

  constructor(canvas: HTMLCanvasElement, unit: string | undefined) {
    this.#chart = new Chart(canvas, lineChartConfiguration(this.#frame, getComputedStyle(canvas), unit));
  }

  draw({ buckets, stepMs, startMs, endMs }: BucketWindow): void {
    const { runs, holes } = courseOf(buckets, stepMs, endMs);
    Object.assign(this.#frame, { startMs, endMs, stepMs, holes });
    // A reading without neighbours makes no line, so it is drawn as a dot.
    const lone = runs.filter((run) => run.length === 1);
    const lines = [
      spotsOf(runs, ({ max }) => max),
      spotsOf(runs, ({ min }) => min),
      spotsOf(runs, ({ avg }) => avg),
      spotsOf(lone, ({ avg }) => avg),
    ];
    for (const [index, dataset] of this.#chart.data.datasets.entries()) dataset.data = lines[index] ?? [];
    this.#chart.update("none");
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

/** A spot without a value between two runs keeps the line from joining them. */
function spotsOf(runs: readonly (readonly Bucket[])[], pick: (bucket: Bucket) => number): Spot[] {
  return runs.flatMap((run) => {
    const spots: Spot[] = run.map((bucket) => ({ x: bucket.t, y: pick(bucket), bucket }));
    return [...spots, { x: spots.at(-1)?.x ?? 0, y: Number.NaN, bucket: null }];
  });
}
