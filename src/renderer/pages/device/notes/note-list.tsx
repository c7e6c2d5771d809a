// A device's notes and those of all devices, the latest first: each leads to its place on the charts, and can be changed and
// removed.
import { Pencil, X } from "lucide-react";
import { useState } from "react";
import type { Annotation } from "../../../../shared/history/timeline.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { requestOf, useAnnotations, useRemoveAnnotation, useSaveAnnotation } from "../../../api/history/annotations.ts";
import { useMay, useSeesAll } from "../../../api/me.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { timelineText as t } from "../../../i18n/later/timeline-text.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { formatExact, formatMoment } from "../../../i18n/times.ts";
import styles from "./notes.module.css";

const ROWS_AT_ONCE = 8;
/** Of the span, before a moment that is shown. */
const MOMENT_PLACE = 0.5;
/** Around a stretch that is shown, of its length. */
const STRETCH_MARGIN = 0.25;

interface Props {
  readonly device: string;
  readonly view: TimeView;
  readonly onEdit: (note: Annotation) => void;
}

export function NoteList({ device, view, onEdit }: Props) {
  const notes = useAnnotations().filter((note) => note.device === undefined || note.device === device);
  const [count, setCount] = useState(ROWS_AT_ONCE);
  const mayWrite = useMay("operator");
  const seesAll = useSeesAll();
  const removal = useRemoveAnnotation();
  const save = useSaveAnnotation();
  const latest = notes.toReversed();
  if (notes.length === 0 && !mayWrite) return null;
  function remove(note: Annotation) {
    const undo = () => save.mutateAsync({ id: note.id, ...requestOf(note) });
    removal.mutate(note, { onSuccess: () => announce(t.removed(note.text), { undo }) });
  }
  return (
    <section className={`panel ${styles["notes"]}`} aria-label={t.notes}>
      <h2>{t.notes}</h2>
      {notes.length === 0 && <p className="note">{t.none}</p>}
      <ul>
        {latest.slice(0, count).map((note) => (
          <li key={note.id}>
            <button
              type="button"
              className={styles["show"]}
              aria-label={t.show(note.text)}
              onClick={() => show(note, view)}
            >
              {note.text}
            </button>
            <span title={`${exactTimes(note)} · ${pageText.others.actor(note.by)}`}>
              {timesOf(note)}
              {note.device === undefined && ` · ${t.allDevices}`}
            </span>
            {mayWrite && (note.device !== undefined || seesAll) && (
              <span className={styles["actions"]}>
                <button
                  type="button"
                  aria-label={t.edit(note.text)}
                  title={t.edit(note.text)}
                  onClick={() => onEdit(note)}
                >
                  <Pencil className="icon" aria-hidden="true" />
                </button>
                <button
                  type="button"
                  aria-label={t.remove(note.text)}
                  title={t.remove(note.text)}
                  disabled={removal.isPending}
                  onClick={() => remove(note)}
                >
                  <X className="icon" aria-hidden="true" />
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {count < latest.length && (
        <button type="button" className="button small" onClick={() => setCount(count + ROWS_AT_ONCE)}>
          {t.more(formatCount(latest.length - count))}
        </button>
      )}
      {removal.error && <p role="alert">{t.notRemoved(explain(removal.error))}</p>}
    </section>
  );
}

function timesOf({ time, timeEnd }: Annotation): string {
  const nowMs = hubNowMs();
  const from = formatMoment(time, nowMs);
  return timeEnd === undefined ? from : `${from} – ${formatMoment(timeEnd, nowMs)}`;
}

function exactTimes({ time, timeEnd }: Annotation): string {
  return timeEnd === undefined ? formatExact(time) : `${formatExact(time)} – ${formatExact(timeEnd)}`;
}

/** Of a moment the view keeps its span; a stretch is shown as a whole. */
function show({ time, timeEnd }: Annotation, view: TimeView): void {
  const { startMs, endMs } = view.bounds;
  const spanMs = endMs - startMs;
  const marginMs = timeEnd === undefined ? spanMs * MOMENT_PLACE : (timeEnd - time) * STRETCH_MARGIN;
  const fromMs = Math.round(time - marginMs);
  const toMs = Math.round((timeEnd ?? time) + marginMs);
  view.show({
    kind: "fixed",
    fromMs,
    toMs: Math.max(fromMs + 1, Math.min(toMs, Math.max(hubNowMs(), timeEnd ?? time))),
  });
}
