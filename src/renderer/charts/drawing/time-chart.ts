// A chart over time: its frame, the moment and the stretch that are marked in it, and the moment under a pixel.
import {
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from "chart.js";
import type { Bucket } from "../../../shared/reading.ts";
import type { TimeMarks } from "../marks.ts";
import { type ChartPoint, emptyFrame, type Frame, NEAR_PX } from "./frame.ts";

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement);

type Configure = (frame: Frame, style: CSSStyleDeclaration) => ChartConfiguration<"line", ChartPoint[]>;

export abstract class TimeChart {
  protected readonly chart: Chart<"line", ChartPoint[]>;
  protected readonly frame = emptyFrame();

  constructor(canvas: HTMLCanvasElement, configure: Configure) {
    this.chart = new Chart(canvas, configure(this.frame, getComputedStyle(canvas)));
  }

  /** Draws the marked moment, and nothing else anew. */
  markMoment(cursorMs: number | null): void {
    this.frame.cursorMs = cursorMs;
    this.chart.draw();
  }

  markSpan(marked: readonly [number, number] | null): void {
    this.frame.marked = marked;
    this.chart.draw();
  }

  showMarks(marks: TimeMarks): void {
    this.frame.marks = marks;
    this.chart.draw();
  }

  /** The moment at this distance from the canvas's left edge, in CSS pixels. */
  timeAt(x: number): number {
    return this.chart.scales["x"]?.getValueForPixel(x) ?? 0;
  }

  /** As near to a moment as counts as pointing at it, in milliseconds. */
  get nearMs(): number {
    return Math.abs(this.timeAt(NEAR_PX) - this.timeAt(0));
  }

  destroy(): void {
    this.chart.destroy();
  }
}

/** A NaN point between two runs keeps Chart.js from joining them. */
export function chartPointsOf(runs: readonly (readonly Bucket[])[], pick: (bucket: Bucket) => number): ChartPoint[] {
  return runs.flatMap((run) => {
    const points: ChartPoint[] = run.map((bucket) => ({ x: bucket.t, y: pick(bucket), bucket }));
    return [...points, { x: points.at(-1)?.x ?? 0, y: Number.NaN, bucket: null }];
  });
}
