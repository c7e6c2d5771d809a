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
  const titleId = useId();
  return (
    <Dialog titleId={titleId} onClosed={onClosed} className={styles["palette"]} closesBeside>
      {(close) => <Finder titleId={titleId} onClose={close} />}
    </Dialog>
  );
}

interface FinderProps {
  readonly titleId: string;
  readonly onClose: () => void;
}

function Finder({ titleId, onClose }: FinderProps) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const found = entriesFor(useEntries(), query);
  const at = Math.min(chosen, found.length - 1);

  function run(entry: Entry | undefined) {
    if (entry === undefined) return;
    onClose();
    entry.run();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setChosen((at + step + found.length) % found.length);
    else if (event.key === "Enter") run(found[at]);
    else return;
    event.preventDefault();
  }

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
          aria-activedescendant={at < 0 ? undefined : optionId(listId, at)}
          placeholder={pageText.palette.placeholder}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={({ target }) => {
            setQuery(target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" className={styles["close"]} aria-label={text.words.close} onClick={onClose}>
          <X className="icon" aria-hidden="true" />
        </button>
      </div>
      <Found listId={listId} entries={found} at={at} onRun={run} />
      <p className={styles["nothing"]} role="status">
        {found.length === 0 && pageText.palette.nothing(query)}
      </p>
    </>
  );
}

interface FoundProps {
  readonly listId: string;
  readonly entries: readonly Entry[];
  /** The index of the one that is chosen. */
  readonly at: number;
  readonly onRun: (entry: Entry) => void;
}

function Found({ listId, entries, at, onRun }: FoundProps) {
  return (
    <div id={listId} className={styles["list"]} role="listbox" aria-label={pageText.palette.found} tabIndex={-1}>
      {entries.map((entry, index) => (
        // The keys of the field choose; a pointer presses.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <div
          key={entry.id}
          id={optionId(listId, index)}
          ref={index === at ? scrollIntoView : undefined}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={styles["option"]}
          onClick={() => onRun(entry)}
        >
          <entry.icon aria-hidden="true" />
          <span className="cut">{entry.label}</span>
          {entry.hint !== undefined && <small className="cut">{entry.hint}</small>}
        </div>
      ))}
    </div>
  );
}

const optionId = (listId: string, index: number): string => `${listId}-${index}`;

const scrollIntoView = (option: HTMLElement | null) => option?.scrollIntoView({ block: "nearest" });
