// Names a comparison, keeps what was changed of a named one, or forgets it.
import { type SubmitEvent, useState } from "react";
import type { SavedView, ViewSeries } from "../../../shared/history/saved-view.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { useRemoveView, useSaveView } from "../../api/history/views.ts";
import type { TimeView } from "../../charts/view/time-view.ts";
import { pageText } from "../../i18n/page-text.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import styles from "./compare-page.module.css";

interface Props {
  readonly saved: SavedView | null;
  readonly series: readonly ViewSeries[];
  readonly view: TimeView;
}

export function ViewActions({ saved, series, view }: Props) {
  const [name, setName] = useState(saved?.name ?? "");
  const save = useSaveView((savedView) => {
    announce(pageText.compare.saved(savedView.name));
    goTo(LINKS.view(savedView.id));
  });
  const removal = useRemoveView(() => {
    goTo(LINKS.compare);
    if (saved !== null) announce(pageText.compare.forgotten(saved.name), { undo: () => save.mutateAsync(saved) });
  });
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const period = view.period.get();
    const named = name.trim();
    save.mutate({
      // Under another name it is another view.
      ...(named === saved?.name && { id: saved.id }),
      name: named,
      series: [...series],
      ...(period.kind === "last" && { range: period.name }),
    });
  }
  return (
    <form className={styles["actions"]} onSubmit={submit}>
      <input
        aria-label={pageText.compare.name}
        placeholder={pageText.compare.name}
        required={true}
        maxLength={64}
        pattern=".*\S.*"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <button type="submit" className="button" disabled={save.isPending}>
        {pageText.compare.save}
      </button>
      {saved !== null && (
        <button
          type="button"
          className="button danger"
          disabled={removal.isPending}
          onClick={() => removal.mutate(saved.id)}
        >
          {pageText.compare.forget}
        </button>
      )}
      {save.error && <p role="alert">{pageText.compare.failed(explain(save.error))}</p>}
      {removal.error && <p role="alert">{pageText.compare.notForgotten(explain(removal.error))}</p>}
    </form>
  );
}
