// Writes or changes a note. Its times follow what is pointed at on the charts, and the charts what is typed.
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import type { Annotation } from "../../../../shared/history/timeline.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { useSignal } from "../../../api/feed/signal.ts";
import { requestOf, useRemoveAnnotation, useSaveAnnotation } from "../../../api/history/annotations.ts";
import { useSeesAll } from "../../../api/me.ts";
import { MomentField } from "../../../charts/view/moment-field.tsx";
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
      <MomentField
        label={t.from}
        className={form["field"]}
        ms={fromMs}
        isRequired={true}
        onChange={(ms) => ms !== null && view.draft.set({ ...draft, fromMs: ms })}
      />
      <MomentField
        label={t.until}
        className={form["field"]}
        ms={toMs}
        onChange={(ms) => view.draft.set({ ...draft, toMs: ms })}
      />
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
