// Writes or changes a note. Its times follow what is pointed at on the charts, and the charts what is typed.
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import type { Annotation } from "../../../../shared/history/timeline.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { useSignal } from "../../../api/feed/signal.ts";
import { requestOf, useRemoveAnnotation, useSaveAnnotation } from "../../../api/history/annotations.ts";
import { useSeesAll } from "../../../api/me.ts";
import { localSecond } from "../../../charts/view/local-minute.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { timelineText as t } from "../../../i18n/later/timeline-text.ts";
import form from "../../../ui/form.module.css";
import type { NoteStart } from "./note-draft.ts";
import styles from "./notes.module.css";

interface Props {
  readonly device: string;
  readonly view: TimeView;
  readonly start: NoteStart;
  readonly onClose: () => void;
}

export function NoteForm({ device, view, start: { changed }, onClose }: Props) {
  const draft = useSignal(view.draft);
  const words = useRef<HTMLInputElement>(null);
  const [isOfAll, setOfAll] = useState(changed !== null && changed.device === undefined);
  const seesAll = useSeesAll();
  const save = useSaveAnnotation();
  const removal = useRemoveAnnotation();
  useEffect(() => words.current?.focus(), []);
  if (draft === null) return null;
  const { fromMs, toMs, text } = draft;
  const isWrong = toMs !== null && toMs <= fromMs;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const note = {
      id: changed?.id,
      time: fromMs,
      text: text.trim(),
      ...(toMs !== null && { timeEnd: toMs }),
      ...(!isOfAll && { device }),
    };
    save.mutate(note, { onSuccess: saved });
  }

  function saved(note: Annotation) {
    onClose();
    if (changed === null) announce(t.added(note.text), { undo: () => removal.mutateAsync(note) });
    else announce(t.changed(note.text), { undo: () => save.mutateAsync({ id: changed.id, ...requestOf(changed) }) });
  }

  return (
    <form
      className={`panel ${styles["form"]}`}
      aria-label={changed === null ? t.addNote : t.editNote}
      onSubmit={submit}
      // Typed text is only discarded by the button; while a Korean syllable is being composed, the key belongs to the input method.
      onKeyDown={({ key, nativeEvent }) => {
        const isTyped = text !== (changed?.text ?? "");
        if (key === "Escape" && !isTyped && !nativeEvent.isComposing) onClose();
      }}
    >
      <label className={`${form["field"]} ${styles["words"]}`}>
        {t.words}
        <input
          ref={words}
          required={true}
          maxLength={200}
          pattern=".*\S.*"
          placeholder={t.example}
          value={text}
          onChange={({ target }) => view.draft.set({ ...draft, text: target.value })}
        />
      </label>
      <Moment label={t.from} ms={fromMs} onChange={(ms) => ms !== null && view.draft.set({ ...draft, fromMs: ms })} />
      <Moment label={t.until} ms={toMs} onChange={(ms) => view.draft.set({ ...draft, toMs: ms })} />
      <footer>
        {seesAll && (
          <label>
            <input type="checkbox" checked={isOfAll} onChange={({ target }) => setOfAll(target.checked)} />
            {t.onAllDevices}
          </label>
        )}
        <button type="button" className="button small" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="submit" className="button small primary" disabled={isWrong || save.isPending}>
          {t.save}
        </button>
      </footer>
      <p className="note">{t.how}</p>
      {isWrong && <p role="alert">{t.wrongOrder}</p>}
      {save.error && <p role="alert">{t.failed(explain(save.error))}</p>}
    </form>
  );
}

interface MomentProps {
  readonly label: string;
  readonly ms: number | null;
  /** Null where it was emptied. */
  readonly onChange: (ms: number | null) => void;
}

/** A field is not rewritten while a person types in it, though it changes the charts. */
function Moment({ label, ms, onChange }: MomentProps) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly ms: number | null } | null>(null);
  const shown = typed !== null && typed.ms === ms ? typed.text : ms === null ? "" : localSecond(ms);
  function enter(text: string) {
    const entered = text === "" ? null : Date.parse(text);
    if (Number.isNaN(entered)) return;
    setTyped({ text, ms: entered });
    onChange(entered);
  }
  return (
    <label className={form["field"]}>
      {label}
      <input type="datetime-local" step={1} value={shown} onChange={({ target }) => enter(target.value)} />
    </label>
  );
}
