// What is marked on the time axis of these devices' charts, and what a person is about to note there.
import { useMemo } from "react";
import { useAnnotations } from "../api/annotations.ts";
import { useSignal } from "../api/feed/signal.ts";
import type { NoteMark, TimeMarks } from "./marks.ts";
import type { TimeView } from "./view/time-view.ts";

/** `devices`: in one text, parted by spaces. */
export function useTimeMarks(devices: string, view: TimeView): TimeMarks {
  const annotations = useAnnotations();
  const draft = useSignal(view.draft);
  return useMemo(() => {
    const ids = new Set(devices.split(" "));
    const notes = annotations
      .filter(({ device }) => device === undefined || ids.has(device))
      .map(({ time: fromMs, timeEnd: toMs = null, text }): NoteMark => ({ fromMs, toMs, text }));
    return { notes: draft === null ? notes : [...notes, draft] };
  }, [annotations, draft, devices]);
}
