// Draws the series of a comparison over one another, and writes into the legend what each is at the marked moment, without rendering
// React.
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import { momentText, summaryText } from "../../charts/chart-texts.ts";
import { seriesColour } from "../../charts/colours.ts";
import { CompareChart } from "../../charts/drawing/compare-chart.ts";
import { cancelFrame, inNextFrame } from "../../charts/drawing/frames.ts";
import type { BucketWindow } from "../../charts/series/bucket-window.ts";
import { runsOf } from "../../charts/series/runs.ts";
import { useTimeChart } from "../../charts/use-time-chart.ts";
import { useTimeMarks } from "../../charts/use-time-marks.ts";
import type { TimeView } from "../../charts/view/time-view.ts";
import { useDark } from "../../ui/hooks/use-dark.ts";
import { keyOf } from "./compared-series.ts";

export interface Line {
  readonly device: Device;
  /** As it is shown. */
  readonly metric: Metric;
}

export const lineKey = ({ device, metric }: Line): string => keyOf({ device: device.id, metric: metric.name });

interface Options {
  readonly lines: readonly Line[];
  readonly view: TimeView;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** Has an item with an `output` for each line, in their order. */
  readonly legend: RefObject<HTMLElement | null>;
}

/** The answer takes what there is to draw of a line. */
export function useComparison({ lines, view, canvas, legend }: Options): (line: Line, window: BucketWindow) => void {
  const windows = useRef(new Map<string, BucketWindow>());
  const marks = useTimeMarks(lines.map(({ device }) => device.id).join(" "), view);
  const isDark = useDark();
  const drawnAs = lines.map((line) => `${lineKey(line)} ${line.metric.unit}`).join("\n");
  const chart = useTimeChart<CompareChart>({
    canvas,
    view,
    marks,
    key: `${isDark}\n${drawnAs}`,
    make: (element) => chartOf(lines, element),
    draw,
    drawMark,
  });

  function draw(): void {
    const drawn = lines.map((line) => windows.current.get(lineKey(line)));
    chart.current?.draw(
      drawn.map((window) => (window === undefined ? null : runsOf(window))),
      view.bounds,
    );
    drawMark();
  }

  function drawMark(): void {
    const cursorMs = view.cursorMs.get();
    chart.current?.markMoment(cursorMs);
    for (const [index, line] of lines.entries()) {
      const place = legend.current?.children[index]?.querySelector("output");
      const window = windows.current.get(lineKey(line));
      if (!place || window === undefined) continue;
      const words = lineText(window, line.metric, cursorMs);
      if (place.textContent !== words) place.textContent = words;
    }
  }

  const onDraw = useEffectEvent(draw);
  /** However many series have news, they are drawn once a frame. */
  const drawing = useRef<() => void>(() => undefined);
  useEffect(() => {
    drawing.current = () => onDraw();
    return () => cancelFrame(drawing.current);
  }, []);
  return (line, window) => {
    windows.current.set(lineKey(line), window);
    inNextFrame(drawing.current);
  };
}

function chartOf(lines: readonly Line[], canvas: HTMLCanvasElement): CompareChart {
  const style = getComputedStyle(canvas);
  return new CompareChart(
    canvas,
    lines.map(({ metric: { name, unit } }, index) => ({
      // A canvas knows no tokens: the value of `var(--series-1)`.
      colour: style.getPropertyValue(seriesColour(index).slice(4, -1)),
      unit,
      metric: name,
    })),
  );
}

/** At the marked moment; without one, of all that is shown. */
function lineText(window: BucketWindow, metric: Metric, atMs: number | null): string {
  return atMs === null ? summaryText(window, metric) : momentText(window, metric, atMs, runsOf(window).gaps);
}
