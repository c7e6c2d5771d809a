// A note that a person is about to write or to change, and how it is pointed at on the charts. It is drawn on all of them
// meanwhile, by the time view's draft.
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Annotation } from "../../../../shared/history/timeline.ts";
import { HALF_TIME_LABEL_WIDTH_PX } from "../../../charts/drawing/time-axis.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";

/** A shorter drag is a click. */
const MIN_DRAG_PX = 6;

/** What the form begins with; `changed` is the note that it replaces. */
export interface NoteStart {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly changed: Annotation | null;
}

/** Handlers of the element around the charts. */
interface PointingHandlers {
  readonly onPointerDownCapture?: (event: PointerEvent) => void;
  readonly onPointerMoveCapture?: (event: PointerEvent) => void;
  readonly onPointerUpCapture?: (event: PointerEvent) => void;
  readonly onKeyDownCapture?: (event: KeyboardEvent) => void;
}

export function useNoteDraft(view: TimeView) {
  const [start, setStart] = useState<NoteStart | null>(null);
  const pressed = useRef<{ readonly x: number; readonly atMs: number } | null>(null);
  const point = (fromMs: number, toMs: number | null) => {
    const text = view.draft.get()?.text ?? "";
    view.draft.set({ fromMs: Math.round(fromMs), toMs: toMs === null ? null : Math.round(toMs), text });
  };

  const begin = (next: NoteStart) => {
    setStart(next);
    view.draft.set({ fromMs: next.fromMs, toMs: next.toMs, text: next.changed?.text ?? "" });
  };
  const end = () => {
    setStart(null);
    view.draft.set(null);
  };
  const pointing: PointingHandlers = {
    onPointerDownCapture(event) {
      const atMs = momentUnder(event, view);
      if (atMs === null || event.button !== 0) return;
      // Otherwise it would begin to zoom.
      event.stopPropagation();
      pressed.current = { x: event.clientX, atMs };
      point(atMs, null);
    },
    onPointerMoveCapture(event) {
      // It was released beside the charts.
      if (event.buttons === 0) pressed.current = null;
      const from = pressed.current;
      const atMs = momentUnder(event, view);
      if (from === null || atMs === null || Math.abs(event.clientX - from.x) < MIN_DRAG_PX) return;
      point(Math.min(from.atMs, atMs), Math.max(from.atMs, atMs));
    },
    onPointerUpCapture() {
      pressed.current = null;
    },
    onKeyDownCapture(event) {
      const markedMs = view.cursorMs.get();
      if (event.key !== "Enter" || markedMs === null || !(event.target instanceof HTMLCanvasElement)) return;
      const fromMs = view.draft.get()?.fromMs ?? markedMs;
      if (event.shiftKey && fromMs < markedMs) point(fromMs, markedMs);
      else point(markedMs, null);
    },
  };
  return { start, begin, end, pointing: start === null ? {} : pointing };
}

/** Null where the pointer is on no chart. */
function momentUnder({ target, clientX }: PointerEvent, view: TimeView): number | null {
  if (!(target instanceof HTMLCanvasElement)) return null;
  const { left, width } = target.getBoundingClientRect();
  const { startMs, endMs } = view.bounds;
  const share = (clientX - left - view.axisWidthPx) / (width - view.axisWidthPx - HALF_TIME_LABEL_WIDTH_PX);
  return startMs + Math.min(1, Math.max(0, share)) * (endMs - startMs);
}
