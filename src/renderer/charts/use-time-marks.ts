// What is marked on the time axis of these devices' charts, and what a person is about to note there.
import { useMemo } from "react";
import { useSignal } from "../api/feed/signal.ts";
import { useAnnotations } from "../api/history/annotations.ts";
import { useBackfills, useHubPauses } from "../api/history/device-history.ts";
import type { NoteMark, StretchMark, TimeMarks } from "./marks.ts";
import type { TimeView } from "./view/time-view.ts";

/** `devices`: ids separated by spaces. Late readings are marked where there is only one. */
export function useTimeMarks(devices: string, view: TimeView): TimeMarks {
  const annotations = useAnnotations();
  const pauses = useHubPauses();
  const backfills = useBackfills(devices.includes(" ") || devices === "" ? null : devices);
  const draft = useSignal(view.draft);
  return useMemo(() => {
    const ids = new Set(devices.split(" "));
    const notes = annotations
      .filter(({ device }) => device === undefined || ids.has(device))
      .map(({ time: fromMs, timeEnd: toMs = null, text }): NoteMark => ({ fromMs, toMs, text }));
    const stretches: StretchMark[] = [
      ...pauses.map(({ kind, time, timeEnd }) => ({ kind, fromMs: time, toMs: timeEnd })),
      ...backfills.map(({ time, timeEnd, receivedMs }) => ({
        kind: "late" as const,
        fromMs: time,
        toMs: timeEnd,
        receivedMs,
      })),
    ];
    return { notes: draft === null ? notes : [...notes, draft], stretches };
  }, [annotations, pauses, backfills, draft, devices]);
}
