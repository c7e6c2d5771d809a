// Draws live readings without rendering React: into a bucket window, drawn once per frame. The feed samples late readings, which
// arrive in bursts: after one, the chart is refetched.
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";
import type { Chart } from "../../shared/api.ts";
import type { Metric } from "../../shared/device.ts";
import { hubNowMs } from "../api/feed/hub-clock.ts";
import { useLive } from "../api/feed/use-live.ts";
import { useBackfillsRefresh } from "../api/history/device-history.ts";
import type { Conversion } from "../i18n/units.ts";
import { cancelFrame, inNextFrame } from "./drawing/frames.ts";
import { BucketWindow } from "./series/bucket-window.ts";
import { mayBeStates } from "./series/on-off.ts";

/** From a late reading until the chart is refetched: more of them are expected. */
const LATE_REFETCH_MS = 1_000;

/** The most pixels of a chart's width: its window moves by one at a time. */
const MAX_PIXELS = 1_000;

/** The query of a chart. */
interface ChartAnswer {
  readonly data: Chart | undefined;
  readonly isFetching: boolean;
  /** The state before its time: see `stateBefore`. Undefined while it is not known. */
  readonly before?: number | null | undefined;
  refetch(): unknown;
}

interface Options {
  /** The window has the range of the response instead of ending now. */
  readonly isFixed?: boolean;
  /** False where the chart is out of view: readings are added, and drawn when it is visible again. */
  readonly isNear?: boolean;
  /** To the displayed unit; without one, values are drawn as sent. */
  readonly conversion?: Conversion;
}

/**
 * Calls `draw` when a reading arrives, and whenever the window has moved by about a pixel. The window that is drawn stays in
 * the answer's `current` until the next answer has come.
 */
export function useLiveChart(
  answer: ChartAnswer,
  metric: Metric,
  draw: (window: BucketWindow) => void,
  { isFixed = false, isNear = true, conversion }: Options = {},
): RefObject<BucketWindow | null> {
  const { series } = useLive();
  const refreshBackfills = useBackfillsRefresh();
  const { data: chart, before } = answer;
  const areStates = mayBeStates(metric);
  const last = useRef<BucketWindow>(null);
  /** A late reading arrived that the response in flight may not contain. */
  const isOutdated = useRef(false);
  const onDraw = useEffectEvent((window: BucketWindow) => {
    if (!isNear || chart === undefined) return;
    const known = series.of(chart.device, chart.metric);
    known.resolution.set(window.sentResolution);
    known.hasTwoStates.set(window.hasTwoStates || (window.isOnOff && known.hasTwoStates.get()));
    draw(window);
  });
  const makeWindow = useEffectEvent(
    (next: Chart) =>
      new BucketWindow(next, {
        latest: metric.latest,
        isFixed,
        conversion,
        before: before === undefined ? stateLeft(last.current, next) : before,
        mayBeStates: areStates,
      }),
  );
  const fetchAgain = useEffectEvent((): boolean => {
    if (answer.isFetching) return false;
    isOutdated.current = false;
    answer.refetch();
    if (chart !== undefined) refreshBackfills(chart.device);
    return true;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another unit, kind or state before it is another window.
  useEffect(() => {
    if (chart === undefined) return;
    const readings = series.of(chart.device, chart.metric);
    const window = makeWindow(chart);
    last.current = window;
    const redraw = () => {
      window.slideTo(hubNowMs());
      onDraw(window);
    };
    let late: ReturnType<typeof setTimeout> | undefined;
    const fetchSoon = () => {
      isOutdated.current = true;
      late ??= setTimeout(() => {
        late = undefined;
        if (!fetchAgain()) fetchSoon();
      }, LATE_REFETCH_MS);
    };
    if (isOutdated.current) fetchSoon();
    const stop = readings.onPoint(chart.to, (point) => {
      if (window.add(point)) fetchSoon();
      inNextFrame(redraw);
    });
    const slideMs = Math.max(1_000, chart.stepMs, (chart.to - chart.from) / MAX_PIXELS);
    const slide = setInterval(() => inNextFrame(redraw), slideMs);
    redraw();
    return () => {
      stop();
      clearTimeout(late);
      clearInterval(slide);
      cancelFrame(redraw);
    };
  }, [chart, series, conversion, areStates, before]);

  useEffect(() => {
    if (isNear && last.current !== null) onDraw(last.current);
  }, [isNear]);
  return last;
}

/** The state at the start of `next`, as far as the window before it has shown it. */
function stateLeft(window: BucketWindow | null, next: Chart): number | undefined {
  if (window === null || window.isFixed || window.endMs - window.startMs !== next.to - next.from) return undefined;
  window.slideTo(next.to);
  return window.before;
}
