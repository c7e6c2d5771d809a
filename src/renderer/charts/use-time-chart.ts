// A chart over time on its canvas, without rendering React: gestures on it move the time view, and whenever the view or the marked
// moment has moved it is drawn in the next frame.
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";
import { cancelFrame, inNextFrame } from "./drawing/frames.ts";
import type { TimeChart } from "./drawing/time-chart.ts";
import type { TimeMarks } from "./marks.ts";
import { listenToGestures } from "./view/gestures.ts";
import type { TimeView } from "./view/time-view.ts";

interface Options<Drawn extends TimeChart> {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly view: TimeView;
  readonly marks: TimeMarks;
  /** Another one is another chart: of other series, units or colours. */
  readonly key: string;
  readonly make: (canvas: HTMLCanvasElement) => Drawn;
  readonly draw: () => void;
  /** The marked moment alone. */
  readonly drawMark: () => void;
}

/** The answer's `current` is the chart while it is shown. */
export function useTimeChart<Drawn extends TimeChart>(options: Options<Drawn>): RefObject<Drawn | null> {
  const { canvas, view, marks, key } = options;
  const chart = useRef<Drawn>(null);
  const make = useEffectEvent(options.make);
  const draw = useEffectEvent(options.draw);
  const drawMark = useEffectEvent(options.drawMark);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another chart.
  useEffect(() => {
    if (canvas.current === null) return;
    const made = make(canvas.current);
    chart.current = made;
    const stop = listenToGestures(canvas.current, view, made);
    draw();
    const stopFollowing = onResize(canvas.current, () => draw());
    return () => {
      stop();
      stopFollowing();
      made.destroy();
      chart.current = null;
    };
  }, [canvas, view, key]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart has to be told them, too.
  useEffect(() => chart.current?.showMarks(marks), [marks, view, key]);

  useEffect(() => {
    const [move, point] = [() => draw(), () => drawMark()];
    const stops = [view.onMove(() => inNextFrame(move)), view.cursorMs.subscribe(() => inNextFrame(point))];
    return () => {
      for (const stop of stops) stop();
      cancelFrame(move);
      cancelFrame(point);
    };
  }, [view]);
  return chart;
}

/** Chart.js has drawn it as wide as it is then; what lies over it has to follow. */
function onResize(canvas: HTMLCanvasElement, follow: () => void): () => void {
  // An observer reports how large it is at first, too.
  let widthPx = canvas.clientWidth;
  const observer = new ResizeObserver(() => {
    if (canvas.clientWidth !== widthPx) inNextFrame(follow);
    widthPx = canvas.clientWidth;
  });
  observer.observe(canvas);
  return () => {
    observer.disconnect();
    cancelFrame(follow);
  };
}
