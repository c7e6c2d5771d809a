// Draws a metric on its canvas: readings, what they are compared with, and what is marked on the time axis. What it shows is said
// beside it, and to those who do not see it.
import { type RefObject, useEffect, useEffectEvent, useMemo, useState } from "react";
import type { Metric } from "../../../../shared/device.ts";
import { earlierText, momentText, summaryText } from "../../../charts/chart-texts.ts";
import { LineChart } from "../../../charts/drawing/line-chart.ts";
import { useEarlier } from "../../../charts/earlier.ts";
import { marksText, type StretchMark } from "../../../charts/marks.ts";
import type { BucketWindow } from "../../../charts/series/bucket-window.ts";
import { mayBeStates } from "../../../charts/series/on-off.ts";
import { useExactChart } from "../../../charts/use-exact-chart.ts";
import { useLiveChart } from "../../../charts/use-live-chart.ts";
import { useTimeChart } from "../../../charts/use-time-chart.ts";
import { useTimeMarks } from "../../../charts/use-time-marks.ts";
import { useTwoStates } from "../../../charts/use-two-states.ts";
import type { ShiftName } from "../../../charts/view/shifts.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { usePeriod } from "../../../charts/view/use-time-view.ts";
import { pageText } from "../../../i18n/page-text.ts";
import type { Conversion } from "../../../i18n/units.ts";

export interface Plotted {
  readonly device: string;
  /** As it is shown. */
  readonly metric: Metric;
  readonly conversion: Conversion;
  readonly view: TimeView;
  readonly shift: ShiftName | null;
  /** Where the summary stands, or the value at the marked moment. */
  readonly range: RefObject<HTMLElement | null>;
  readonly label: string;
  readonly points: number;
  readonly isNear: boolean;
  /** What of the series a person has hidden. */
  readonly hidden: readonly StretchMark[];
  readonly onWindow: (window: BucketWindow) => void;
}

/** `chart` is the query that it is drawn from. */
export function usePlot(canvas: RefObject<HTMLCanvasElement | null>, plotted: Plotted) {
  const { device, metric, conversion, view, shift, range, label, points, isNear, hidden, onWindow } = plotted;
  const [isEmpty, setEmpty] = useState(false);
  const period = usePeriod(view);
  const series = { device, metric: metric.name, points };
  const chart = useExactChart(series, metric, period);
  useTwoStates(device, metric, chart.isSuccess);
  const earlier = useEarlier(series, period, shift, { conversion, areStates: mayBeStates(metric) });
  const marked = useTimeMarks(device, view);
  const marks = useMemo(() => ({ ...marked, stretches: [...marked.stretches, ...hidden] }), [marked, hidden]);
  const drawing = useTimeChart<LineChart>({
    canvas,
    view,
    marks,
    key: metric.unit ?? "",
    make: (element) =>
      new LineChart(element, { unit: metric.unit, reserveAxis: (widthPx) => view.reserveAxis(widthPx) }),
    draw: redraw,
    drawMark,
  });
  const window = useLiveChart(chart, metric, draw, { isFixed: period.kind === "fixed", isNear, conversion });
  const drawEarlier = useEffectEvent(redraw);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it is compared with has changed.
  useEffect(() => drawEarlier(), [earlier]);

  function draw(shown: BucketWindow): void {
    drawing.current?.draw(shown, view.bounds, earlier);
    setEmpty(shown.summary() === undefined);
    onWindow(shown);
    say(shown);
  }

  function redraw(): void {
    if (isNear && window.current !== null) draw(window.current);
  }

  function drawMark(): void {
    if (!isNear || window.current === null) return;
    drawing.current?.markMoment(view.cursorMs.get());
    say(window.current);
  }

  function say(shown: BucketWindow): void {
    const atMs = view.cursorMs.get();
    const summary = summaryText(shown, metric);
    const compared =
      earlier === null || shift === null ? "" : earlierText(earlier, shift, { window: shown, metric, atMs });
    const { drawn, nearMs = 0 } = drawing.current ?? {};
    const said =
      atMs === null
        ? summary + compared
        : momentText(shown, metric, atMs, drawn?.gaps ?? []) + compared + marksText(marks, atMs, nearMs);
    if (range.current !== null) range.current.textContent = said;
    canvas.current?.setAttribute("aria-label", pageText.charts.overTime(label, summary));
  }

  return { chart, isEmpty };
}
