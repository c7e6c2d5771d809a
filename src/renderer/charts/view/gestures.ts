// Moves the time view from a chart: wheel, pinch, drag and keys. Drag marks a stretch to zoom into, with Shift or a finger it
// pans. The wheel zooms with Ctrl, which is what a trackpad's pinch sends, or where the chart has the focus: otherwise it scrolls
// the page, which has many charts. Sideways it pans.
import type { TimeView } from "./time-view.ts";

/** Of a chart on the screen. */
export interface Plot {
  /** The moment at a distance from the canvas's left edge, in CSS pixels. */
  timeAt(x: number): number;
  /** Marks the stretch that a drag covers; null when there is none. */
  mark(span: readonly [number, number] | null): void;
}

const ZOOM_PER_PIXEL = 0.002;
const KEY_ZOOM = 0.7;
const KEY_PAN_SHARE = 0.2;
const KEY_STEP_SHARE = 0.01;
/** A shorter drag is a click. */
const MIN_DRAG_PX = 6;
const LINE_PX = 16;

interface Finger {
  readonly x: number;
  readonly y: number;
}

export function listenToGestures(canvas: HTMLCanvasElement, view: TimeView, plot: Plot): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const fingers = new Map<number, Finger>();
  let drag: { readonly fromX: number; readonly isPan: boolean } | null = null;

  const msPerPixel = () => plot.timeAt(1) - plot.timeAt(0);
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a === undefined || b === undefined ? null : { px: Math.abs(a.x - b.x), x: (a.x + b.x) / 2 };
  };

  canvas.addEventListener(
    "wheel",
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const isZoom = event.ctrlKey || event.metaKey || document.activeElement === canvas;
      if (!isSideways && !isZoom) return;
      event.preventDefault();
      if (isSideways && !event.ctrlKey) view.panBy((event.deltaX || event.deltaY) * unit * msPerPixel());
      else view.zoomBy(Math.exp(event.deltaY * unit * ZOOM_PER_PIXEL), plot.timeAt(event.offsetX));
    },
    { signal, passive: false },
  );

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      const isPan = event.pointerType === "touch" || event.shiftKey;
      drag = fingers.size === 1 ? { fromX: event.offsetX, isPan } : null;
      plot.mark(null);
    },
    { signal },
  );

  canvas.addEventListener(
    "pointermove",
    (event) => {
      const before = fingers.get(event.pointerId);
      const pinched = spread();
      if (before !== undefined) fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      const pinch = spread();
      if (pinched !== null && pinch !== null) {
        if (pinch.px > 0 && pinched.px > 0) view.zoomBy(pinched.px / pinch.px, plot.timeAt(pinch.x));
        return;
      }
      view.cursorMs.set(plot.timeAt(event.offsetX));
      if (drag === null || before === undefined) return;
      if (drag.isPan) view.panBy((before.x - event.offsetX) * msPerPixel());
      else plot.mark([plot.timeAt(drag.fromX), plot.timeAt(event.offsetX)]);
    },
    { signal },
  );

  const release = (event: PointerEvent) => {
    const ended = drag;
    fingers.delete(event.pointerId);
    drag = null;
    plot.mark(null);
    if (event.type !== "pointerup" || ended === null || ended.isPan) return;
    if (Math.abs(event.offsetX - ended.fromX) >= MIN_DRAG_PX)
      view.zoomTo(plot.timeAt(ended.fromX), plot.timeAt(event.offsetX));
  };
  canvas.addEventListener("pointerup", release, { signal });
  canvas.addEventListener("pointercancel", release, { signal });
  canvas.addEventListener("pointerleave", () => view.cursorMs.set(null), { signal });
  canvas.addEventListener("dblclick", (event) => view.zoomBy(2, plot.timeAt(event.offsetX)), { signal });
  canvas.addEventListener("blur", () => view.cursorMs.set(null), { signal });
  canvas.addEventListener(
    "keydown",
    (event) => {
      if (onKey(event, view)) event.preventDefault();
    },
    { signal },
  );
  return () => stop.abort();
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
