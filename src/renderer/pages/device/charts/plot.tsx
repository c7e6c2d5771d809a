// The drawing of a metric's chart: it follows readings, the time view and the marked moment without rendering React.
import { type RefObject, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { Metric } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { useLatest } from "../../../api/feed/use-live.ts";
import { earlierText, momentText, summaryText } from "../../../charts/chart-texts.ts";
import { cancelFrame, inNextFrame } from "../../../charts/drawing/frames.ts";
import { LineChart } from "../../../charts/drawing/line-chart.ts";
import { type ShiftName, useEarlier } from "../../../charts/earlier.ts";
import { marksText, type StretchMark } from "../../../charts/marks.ts";
import type { BucketWindow } from "../../../charts/series/bucket-window.ts";
import { useExactChart } from "../../../charts/use-exact-chart.ts";
import { useLiveChart } from "../../../charts/use-live-chart.ts";
import { useTimeMarks } from "../../../charts/use-time-marks.ts";
import { listenToGestures } from "../../../charts/view/gestures.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { usePeriod } from "../../../charts/view/use-time-view.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { formatMoment } from "../../../i18n/times.ts";
import type { Conversion } from "../../../i18n/units.ts";
import { Failure } from "../../../ui/failure.tsx";
import styles from "./metric-chart.module.css";

/** Of the span, behind the latest reading that a jump leads to. */
const JUMP_MARGIN = 0.05;

interface Props {
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

export function Plot(props: Props) {
  const { device, metric, conversion, view, shift, range, label, points, isNear, hidden, onWindow } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<LineChart>(null);
  const [isEmpty, setEmpty] = useState(false);
  const period = usePeriod(view);
  const isFixed = period.kind === "fixed";
  const spanMs = isFixed ? period.toMs - period.fromMs : period.spanMs;
  const series = { device, metric: metric.name, points };
  const chart = useExactChart(
    { ...series, spanMs: spanMs ?? 0, toMs: isFixed ? period.toMs : undefined },
    spanMs !== null,
  );
  const earlier = useEarlier(series, period, shift, conversion);

  useEffect(() => {
    if (canvas.current === null) return;
    const drawing = new LineChart(canvas.current, {
      unit: metric.unit,
      reserveAxis: (widthPx) => view.reserveAxis(widthPx),
    });
    picture.current = drawing;
    const stop = listenToGestures(canvas.current, view, {
      timeAt: (x) => drawing.timeAt(x),
      mark: (span) => drawing.markSpan(span),
    });
    return () => {
      stop();
      drawing.destroy();
    };
  }, [metric.unit, view]);
  const marked = useTimeMarks(device, view);
  const marks = useMemo(() => ({ ...marked, stretches: [...marked.stretches, ...hidden] }), [marked, hidden]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart has to be told them, too.
  useEffect(() => picture.current?.showMarks(marks), [marks, metric.unit, view]);

  const draw = (window: BucketWindow) => {
    picture.current?.draw(window, view.bounds, earlier);
    setEmpty(window.summary() === undefined);
    onWindow(window);
    say(window);
  };
  const window = useLiveChart(chart, metric.latest, draw, { isFixed, isNear, conversion });

  function say(shown: BucketWindow) {
    const cursorMs = view.cursorMs.get();
    const summary = summaryText(shown, metric);
    const gaps = picture.current?.drawn.gaps ?? [];
    const compared =
      earlier === null || shift === null ? "" : earlierText(earlier, shift, { window: shown, metric, atMs: cursorMs });
    if (range.current !== null)
      range.current.textContent =
        cursorMs === null
          ? summary + compared
          : momentText(shown, metric, cursorMs, gaps) +
            compared +
            marksText(marks, cursorMs, picture.current?.nearMs ?? 0);
    canvas.current?.setAttribute("aria-label", pageText.charts.overTime(label, summary));
  }

  const redraw = useEffectEvent(() => {
    if (isNear && window.current !== null) draw(window.current);
  });
  const mark = useEffectEvent(() => {
    if (!isNear || window.current === null) return;
    picture.current?.markMoment(view.cursorMs.get());
    say(window.current);
  });
  useEffect(() => {
    const [move, point] = [() => redraw(), () => mark()];
    const stops = [view.onMove(() => inNextFrame(move)), view.cursorMs.subscribe(() => inNextFrame(point))];
    return () => {
      for (const stop of stops) stop();
      cancelFrame(move);
      cancelFrame(point);
    };
  }, [view]);
  useEffect(() => {
    if (earlier !== undefined) redraw();
  }, [earlier]);

  /** Read out what keys mark, and not every reading. */
  const readOut = (isOn: boolean) => range.current?.setAttribute("aria-live", isOn ? "polite" : "off");
  return (
    <>
      {chart.isLoadingError && (
        <Failure
          title={pageText.charts.notLoaded}
          message={explain(chart.error)}
          onRetry={() => void chart.refetch()}
        />
      )}
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        // Until it is drawn, and says what it shows.
        aria-label={label}
        aria-description={pageText.charts.keys}
        hidden={chart.isLoadingError}
        onFocus={() => readOut(true)}
        onBlur={() => readOut(false)}
      />
      {isEmpty && !chart.isLoadingError && <WayToReadings device={device} metric={metric} view={view} />}
    </>
  );
}

/** From a chart without readings to the latest one. */
function WayToReadings({ device, metric, view }: Pick<Props, "device" | "metric" | "view">) {
  const { ts } = useLatest(device, metric);
  const jump = () => {
    const { startMs, endMs } = view.bounds;
    const spanMs = endMs - startMs;
    const toMs = Math.round(ts + spanMs * JUMP_MARGIN);
    view.show({ kind: "fixed", fromMs: Math.round(toMs - spanMs), toMs });
  };
  return (
    <p className={styles["empty"]}>
      {pageText.charts.nothingHere}
      <button type="button" className={`button small ${styles["jump"]}`} onClick={jump}>
        {pageText.charts.showLatest(formatMoment(ts, hubNowMs()))}
      </button>
    </p>
  );
}
