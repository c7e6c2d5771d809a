// Moves the time view from a chart: wheel, pinch, drag and keys. Drag marks a stretch to zoom into, with Shift or a finger it
// pans. The wheel zooms with Ctrl, which is what a trackpad's pinch sends, or where the chart has the focus: otherwise it scrolls
// the page, which has many charts. Sideways it pans.
import type { TimeView } from "./time-view.ts";

/** The chart on the canvas. */
interface TimePlot {
  /** The moment at a distance from the canvas's left edge, in CSS pixels. */
  timeAt(x: number): number;
  /** Marks the stretch that a drag covers; null when there is none. */
  markSpan(span: readonly [number, number] | null): void;
}

const ZOOM_PER_PIXEL = 0.002;
const KEY_ZOOM = 0.7;
const KEY_PAN_SHARE = 0.2;
const KEY_STEP_SHARE = 0.01;
/** A shorter drag is a click. */
const MIN_DRAG_PX = 6;
const LINE_PX = 16;

/** Listens until the answer is called. */
export function listenToGestures(canvas: HTMLCanvasElement, view: TimeView, plot: TimePlot): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  listenToWheel(canvas, view, plot, signal);
  listenToPointers(canvas, view, plot, signal);
  canvas.addEventListener(
    "keydown",
    (event) => {
      if (onKey(event, view)) event.preventDefault();
    },
    { signal },
  );
  canvas.addEventListener("blur", () => view.cursorMs.set(null), { signal });
  return () => stop.abort();
}

function listenToWheel(canvas: HTMLCanvasElement, view: TimeView, plot: TimePlot, signal: AbortSignal): void {
  canvas.addEventListener(
    "wheel",
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const isZoom = event.ctrlKey || event.metaKey || document.activeElement === canvas;
      if (!isSideways && !isZoom) return;
      event.preventDefault();
      if (isSideways && !event.ctrlKey) view.panBy((event.deltaX || event.deltaY) * unit * msPerPixel(plot));
      else view.zoomBy(Math.exp(event.deltaY * unit * ZOOM_PER_PIXEL), plot.timeAt(event.offsetX));
    },
    { signal, passive: false },
  );
}

/** One pointer marks a moment, and drags; two fingers pinch, and end the drag of the first. */
function listenToPointers(canvas: HTMLCanvasElement, view: TimeView, plot: TimePlot, signal: AbortSignal): void {
  /** Where each is, from the canvas's left edge. */
  const fingers = new Map<number, number>();
  let drag: { readonly fromX: number; readonly isPan: boolean } | null = null;

  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.offsetX);
    const isPan = event.pointerType === "touch" || event.shiftKey;
    drag = fingers.size === 1 ? { fromX: event.offsetX, isPan } : null;
    plot.markSpan(null);
  };

  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    const pinched = pinchOf(fingers);
    if (before !== undefined) fingers.set(event.pointerId, event.offsetX);
    const pinch = pinchOf(fingers);
    if (pinched !== null && pinch !== null) {
      if (pinch.px > 0 && pinched.px > 0) view.zoomBy(pinched.px / pinch.px, plot.timeAt(pinch.x));
      return;
    }
    view.cursorMs.set(plot.timeAt(event.offsetX));
    if (drag === null || before === undefined) return;
    if (drag.isPan) view.panBy((before - event.offsetX) * msPerPixel(plot));
    else plot.markSpan([plot.timeAt(drag.fromX), plot.timeAt(event.offsetX)]);
  };

  const release = (event: PointerEvent) => {
    const ended = drag;
    fingers.delete(event.pointerId);
    drag = null;
    plot.markSpan(null);
    if (event.type !== "pointerup" || ended === null || ended.isPan) return;
    if (Math.abs(event.offsetX - ended.fromX) >= MIN_DRAG_PX)
      view.zoomTo(plot.timeAt(ended.fromX), plot.timeAt(event.offsetX));
  };

  canvas.addEventListener("pointerdown", press, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  canvas.addEventListener("pointerup", release, { signal });
  canvas.addEventListener("pointercancel", release, { signal });
  canvas.addEventListener("pointerleave", () => view.cursorMs.set(null), { signal });
  canvas.addEventListener("dblclick", (event) => view.zoomBy(2, plot.timeAt(event.offsetX)), { signal });
}

const msPerPixel = (plot: TimePlot): number => plot.timeAt(1) - plot.timeAt(0);

/** How far two fingers are apart, and what is between them; null without two. */
function pinchOf(fingers: ReadonlyMap<number, number>): { readonly px: number; readonly x: number } | null {
  const [a, b] = [...fingers.values()];
  return a === undefined || b === undefined ? null : { px: Math.abs(a - b), x: (a + b) / 2 };
}

/** Arrow keys move the mark, with Shift the view; + and − zoom, Home goes back to live. True where the key was one of them. */
function onKey(event: KeyboardEvent, view: TimeView): boolean {
  const { startMs, endMs } = view.bounds;
  const sign = event.key === "ArrowLeft" ? -1 : 1;
  switch (event.key) {
    case "ArrowLeft":
    case "ArrowRight": {
      if (event.shiftKey) {
        view.panBy(sign * (endMs - startMs) * KEY_PAN_SHARE);
        return true;
      }
      const marked = view.cursorMs.get() ?? (sign < 0 ? endMs : startMs);
      const next = marked + sign * (endMs - startMs) * KEY_STEP_SHARE;
      view.cursorMs.set(Math.min(Math.max(next, startMs), endMs));
      return true;
    }
    case "+":
    case "=":
      view.zoomBy(KEY_ZOOM, view.cursorMs.get() ?? undefined);
      return true;
    case "-":
      view.zoomBy(1 / KEY_ZOOM, view.cursorMs.get() ?? undefined);
      return true;
    case "Home":
      view.backToLive();
      return true;
    default:
      return false;
  }
}
