// The chart of a comparison with its legend, which says what each series is at the marked moment.
import { X } from "lucide-react";
import { useEffect, useEffectEvent, useRef } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import { useStored } from "../../api/local-storage/stored.ts";
import { unitChoices } from "../../api/local-storage/unit-choices.ts";
import { momentText, summaryText } from "../../charts/chart-texts.ts";
import { seriesColour } from "../../charts/colours.ts";
import { CompareChart } from "../../charts/drawing/compare-chart.ts";
import { cancelFrame, inNextFrame } from "../../charts/drawing/frames.ts";
import { savePicture } from "../../charts/save-picture.ts";
import type { BucketWindow } from "../../charts/series/bucket-window.ts";
import { runsOf } from "../../charts/series/runs.ts";
import { useExactChart } from "../../charts/use-exact-chart.ts";
import { useLiveChart } from "../../charts/use-live-chart.ts";
import { useTimeMarks } from "../../charts/use-time-marks.ts";
import { listenToGestures } from "../../charts/view/gestures.ts";
import type { TimeView } from "../../charts/view/time-view.ts";
import { usePeriod } from "../../charts/view/use-time-view.ts";
import { metricLabel } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { type Conversion, shownAs } from "../../i18n/units.ts";
import { useDark } from "../../ui/hooks/use-dark.ts";
import styles from "./compare-page.module.css";
import { keyOf } from "./compared-series.ts";

const POINTS = 600;

interface Line {
  readonly device: Device;
  readonly metric: Metric;
}

const lineKey = ({ device, metric }: Line): string => keyOf({ device: device.id, metric: metric.name });

interface Props {
  /** Of the comparison. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly view: TimeView;
  readonly onRemove: (key: string) => void;
}

export function CompareChartPanel({ title, lines: sent, view, onRemove }: Props) {
  const choices = useStored(unitChoices);
  const lines = sent.map(({ device, metric }) => ({ device, ...shownAs(metric, choices) }));
  const card = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const picture = useRef<CompareChart>(null);
  const windows = useRef(new Map<string, BucketWindow>());
  const isDark = useDark();
  const drawnAs = lines.map((line) => `${lineKey(line)} ${line.metric.unit}`).join("\n");

  const redraw = useEffectEvent(() => {
    const drawn = lines.map((line) => windows.current.get(lineKey(line)));
    picture.current?.draw(
      drawn.map((window) => (window === undefined ? null : runsOf(window))),
      view.bounds,
    );
    mark();
  });
  const mark = useEffectEvent(() => {
    const cursorMs = view.cursorMs.get();
    picture.current?.markMoment(cursorMs);
    for (const [index, line] of lines.entries()) {
      const place = legend.current?.children[index]?.querySelector("output");
      const window = windows.current.get(lineKey(line));
      if (!place || window === undefined) continue;
      const { gaps } = runsOf(window);
      const words =
        cursorMs === null ? summaryText(window, line.metric) : momentText(window, line.metric, cursorMs, gaps);
      if (place.textContent !== words) place.textContent = words;
    }
  });
  const makeChart = useEffectEvent((element: HTMLCanvasElement) => {
    const style = getComputedStyle(element);
    const colours = lines.map((_, index) => style.getPropertyValue(seriesColour(index).slice(4, -1)));
    return new CompareChart(
      element,
      lines.map(({ metric: { name, unit } }, index) => ({ colour: colours[index] ?? "", unit, metric: name })),
    );
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of lines or colours is another chart.
  useEffect(() => {
    if (canvas.current === null) return;
    const chart = makeChart(canvas.current);
    picture.current = chart;
    const [draw, point] = [() => redraw(), () => mark()];
    const stops = [
      listenToGestures(canvas.current, view, {
        timeAt: (x) => chart.timeAt(x),
        mark: (span) => chart.markSpan(span),
      }),
      view.onMove(() => inNextFrame(draw)),
      view.cursorMs.subscribe(() => inNextFrame(point)),
    ];
    redraw();
    return () => {
      for (const stop of stops) stop();
      cancelFrame(draw);
      cancelFrame(point);
      chart.destroy();
    };
  }, [drawnAs, isDark, view]);

  const marks = useTimeMarks(lines.map(({ device }) => device.id).join(" "), view);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart has to be told them, too.
  useEffect(() => picture.current?.showMarks(marks), [marks, drawnAs, isDark, view]);

  /** However many series have news, they are drawn once a frame. */
  const drawing = useRef<() => void>(() => undefined);
  useEffect(() => {
    drawing.current = () => redraw();
    return () => cancelFrame(drawing.current);
  }, []);
  const onWindow = (line: Line, window: BucketWindow) => {
    windows.current.set(lineKey(line), window);
    inNextFrame(drawing.current);
  };

  const save = () => {
    const rows = [...(legend.current?.children ?? [])];
    if (card.current === null) return;
    savePicture(
      card.current,
      title,
      view.bounds,
      rows.map((row) => ({
        text: [...row.querySelectorAll("b, output")].map(({ textContent }) => textContent).join(" · "),
        colour: getComputedStyle(row.querySelector("i") ?? row).backgroundColor,
      })),
    );
  };
  return (
    <section ref={card} className="panel" aria-label={pageText.compare.chart(lines.length)}>
      {lines.map((line) => (
        <SeriesSource key={lineKey(line)} line={line} view={view} onWindow={(window) => onWindow(line, window)} />
      ))}
      <div className={styles["plot"]}>
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={pageText.compare.chart(lines.length)}
          aria-description={pageText.charts.keys}
        />
      </div>
      <ul ref={legend} className={styles["legend"]}>
        {lines.map((line, index) => {
          const label = `${line.device.name} · ${metricLabel(line.metric)}`;
          return (
            <li key={lineKey(line)}>
              <i style={{ background: seriesColour(index) }} aria-hidden="true" />
              <b>{label}</b>
              <output />
              <button type="button" aria-label={pageText.compare.remove(label)} onClick={() => onRemove(lineKey(line))}>
                <X className="icon" aria-hidden="true" />
              </button>
            </li>
          );
        })}
      </ul>
      <footer className={styles["foot"]}>
        <button type="button" className="button small" aria-label={pageText.chartTable.pictureOf(title)} onClick={save}>
          {pageText.chartTable.picture}
        </button>
      </footer>
    </section>
  );
}

interface SourceProps {
  readonly line: Line & { readonly conversion: Conversion };
  readonly view: TimeView;
  readonly onWindow: (window: BucketWindow) => void;
}

/** Follows one series, and draws nothing itself. */
function SeriesSource({ line: { device, metric, conversion }, view, onWindow }: SourceProps) {
  const period = usePeriod(view);
  const isFixed = period.kind === "fixed";
  const spanMs = isFixed ? period.toMs - period.fromMs : period.spanMs;
  const series = { device: device.id, metric: metric.name, points: POINTS };
  const chart = useExactChart(
    { ...series, spanMs: spanMs ?? 0, toMs: isFixed ? period.toMs : undefined },
    spanMs !== null,
  );
  useLiveChart(chart, metric.latest, onWindow, { isFixed, conversion });
  return null;
}
