// Over a chart: the stretches that are mended, as a thin line above the time axis, and the box that is being drawn. It follows
// the chart's drawing without rendering React.
import { Chart } from "chart.js";
import { type PointerEvent, type RefObject, useEffect, useEffectEvent, useRef } from "react";
import type { Mend } from "../../../../shared/history/mend.ts";
import { type MendDraft, numberOf } from "./mend-draft.ts";
import styles from "./mend-overlay.module.css";

/** A shorter drag is a click. */
const MIN_DRAG_PX = 4;

interface Props {
  readonly mends: readonly Mend[];
  /** The box; null where nothing is being mended. */
  readonly draft: MendDraft | null;
  readonly onDraft: (draft: MendDraft) => void;
  /** Called after each drawing of the chart. */
  readonly onDrawn: RefObject<(() => void) | null>;
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

export function MendOverlay({ mends, draft, onDraft, onDrawn }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLElement>(null);
  const drag = useRef<{ readonly from: Corner; readonly to: Corner } | null>(null);

  const place = useEffectEvent(() => {
    const plot = plotOf(layer.current);
    if (layer.current === null || plot === null) return;
    for (const [index, mark] of [...layer.current.querySelectorAll<HTMLElement>("[data-mend]")].entries()) {
      const { from = 0, to = 0 } = mends[index] ?? {};
      const [left, right] = [plot.xOf(from), plot.xOf(to)];
      put(mark, { left, right: Math.max(right, left + 2), top: plot.bottom - 4, bottom: plot.bottom - 1 });
      mark.hidden = from >= plot.endMs || to <= plot.startMs;
    }
    if (box.current !== null && draft !== null) put(box.current, rectangleOf(plot, draft, drag.current));
  });
  useEffect(() => {
    const follow = () => place();
    onDrawn.current = follow;
    return () => {
      onDrawn.current = null;
    };
  }, [onDrawn]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is placed has changed.
  useEffect(() => place(), [mends, draft]);

  function move(event: PointerEvent<HTMLElement>) {
    if (drag.current === null) return;
    drag.current = { ...drag.current, to: cornerOf(event) };
    place();
  }

  function release() {
    const plot = plotOf(layer.current);
    const ended = drag.current;
    drag.current = null;
    if (plot === null || ended === null || Math.abs(ended.from.x - ended.to.x) < MIN_DRAG_PX) return place();
    onDraft(draftOf(plot, ended.from, ended.to));
  }

  return (
    <div
      ref={layer}
      className={draft === null ? styles["layer"] : `${styles["layer"]} ${styles["drawing"]}`}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: cornerOf(event), to: cornerOf(event) };
      }}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={() => {
        drag.current = null;
        place();
      }}
    >
      {mends.map(({ id }) => (
        <i key={id} data-mend="" className={styles["mark"]} />
      ))}
      {draft !== null && <i ref={box} className={styles["box"]} />}
    </div>
  );
}

/** Where the moments and values of a chart are, in CSS pixels. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly startMs: number;
  readonly endMs: number;
  xOf(ms: number): number;
  yOf(value: number): number;
  msAt(x: number): number;
  valueAt(y: number): number;
}

function plotOf(layer: HTMLElement | null): Plot | null {
  const canvas = layer?.parentElement?.querySelector("canvas");
  const chart = canvas ? Chart.getChart(canvas) : undefined;
  const { x, y } = chart?.scales ?? {};
  if (chart === undefined || x === undefined || y === undefined) return null;
  const { left, right, top, bottom } = chart.chartArea;
  const within = (at: number, low: number, high: number) => Math.min(Math.max(at, low), high);
  return {
    ...{ left, right, top, bottom },
    startMs: x.min,
    endMs: x.max,
    xOf: (ms) => within(x.getPixelForValue(ms), left, right),
    yOf: (value) => within(y.getPixelForValue(value), top, bottom),
    msAt: (at) => x.getValueForPixel(within(at, left, right)) ?? 0,
    valueAt: (at) => y.getValueForPixel(within(at, top, bottom)) ?? 0,
  };
}

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function rectangleOf(plot: Plot, draft: MendDraft, drag: { from: Corner; to: Corner } | null): Rectangle {
  if (drag !== null) {
    const [a, b] = [drag.from, drag.to];
    const x = [a.x, b.x].map((at) => Math.min(Math.max(at, plot.left), plot.right));
    const y = [a.y, b.y].map((at) => Math.min(Math.max(at, plot.top), plot.bottom));
    return { left: Math.min(...x), right: Math.max(...x), top: Math.min(...y), bottom: Math.max(...y) };
  }
  const [least, greatest] = [numberOf(draft.least), numberOf(draft.greatest)];
  return {
    left: plot.xOf(draft.fromMs),
    right: plot.xOf(draft.toMs),
    top: greatest === undefined ? plot.top : plot.yOf(greatest),
    bottom: least === undefined ? plot.bottom : plot.yOf(least),
  };
}

/** Values are as fine as a pixel, and not finer. A box that reaches the upper or lower edge has no bound there. */
function draftOf(plot: Plot, a: Corner, b: Corner): MendDraft {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  const perPixel = Math.abs(plot.valueAt(plot.top) - plot.valueAt(plot.top + 1));
  const digit = 10 ** Math.floor(Math.log10(perPixel > 0 ? perPixel : 1));
  const written = (steps: number) => String(Number((steps * digit).toPrecision(12)));
  return {
    fromMs: Math.floor(plot.msAt(left)),
    toMs: Math.ceil(plot.msAt(right)),
    least: bottom >= plot.bottom ? "" : written(Math.floor(plot.valueAt(bottom) / digit)),
    greatest: top <= plot.top ? "" : written(Math.ceil(plot.valueAt(top) / digit)),
  };
}

function cornerOf(event: PointerEvent<HTMLElement>): Corner {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function put(element: HTMLElement, { left, right, top, bottom }: Rectangle): void {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${Math.max(0, right - left)}px`;
  element.style.height = `${Math.max(0, bottom - top)}px`;
}
