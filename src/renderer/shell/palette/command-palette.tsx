// Everything that can be opened or done, found by typing: Ctrl+K or Cmd+K. The field keeps the focus; arrows choose in the list. It is
// left by Escape, by a press beside it, and by its button: a phone has no keys.
import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import styles from "./command-palette.module.css";
import { type Entry, entriesFor } from "./entries.ts";
import { useEntries } from "./use-entries.ts";

export function CommandPalette({ onClosed }: { readonly onClosed: () => void }) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const [titleId, listId] = [useId(), useId()];
  const found = entriesFor(useEntries(), query);
  const at = Math.min(chosen, found.length - 1);
  const optionId = (index: number) => `${listId}-${index}`;

  const onKeyDown = (event: KeyboardEvent, run: (entry: Entry | undefined) => void) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setChosen((at + step + found.length) % found.length);
    else if (event.key === "Enter") run(found[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog titleId={titleId} onClosed={onClosed} className={styles["palette"]} closesBeside>
      {(close) => {
        const run = (entry: Entry | undefined) => {
          if (entry === undefined) return;
          close();
          entry.run();
        };
        return (
          <>
            <h2 id={titleId} className="unseen">
              {pageText.palette.title}
            </h2>
            <div className={styles["head"]}>
              <input
                className={styles["field"]}
                role="combobox"
                aria-label={pageText.palette.title}
                aria-expanded="true"
                aria-controls={listId}
                aria-activedescendant={at < 0 ? undefined : optionId(at)}
                placeholder={pageText.palette.placeholder}
                autoComplete="off"
                spellCheck={false}
                value={query}
                onChange={({ target }) => {
                  setQuery(target.value);
                  setChosen(0);
                }}
                onKeyDown={(event) => onKeyDown(event, run)}
              />
              <button type="button" className={styles["close"]} aria-label={text.words.close} onClick={close}>
                <X className="icon" aria-hidden="true" />
              </button>
            </div>
            <div
              id={listId}
              className={styles["list"]}
              role="listbox"
              aria-label={pageText.palette.found}
              tabIndex={-1}
            >
              {found.map(({ id, icon: Icon, label, hint }, index) => (
                // The keys of the field choose; a pointer presses.
                // biome-ignore lint/a11y/useKeyWithClickEvents: see above
                <div
                  key={id}
                  id={optionId(index)}
                  ref={index === at ? scrollIntoView : undefined}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === at}
                  className={styles["option"]}
                  onClick={() => run(found[index])}
                >
                  <Icon aria-hidden="true" />
                  <span className="cut">{label}</span>
                  {hint !== undefined && <small className="cut">{hint}</small>}
                </div>
              ))}
            </div>
            <p className={styles["nothing"]} role="status">
              {found.length === 0 && pageText.palette.nothing(query)}
            </p>
          </>
        );
      }}
    </Dialog>
  );
}

const scrollIntoView = (option: HTMLElement | null) => option?.scrollIntoView({ block: "nearest" });
