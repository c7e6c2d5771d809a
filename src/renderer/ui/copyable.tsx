// Code with a button that copies it.
import { useEffect, useRef, useState } from "react";
import { text as all } from "../i18n/text.ts";
import styles from "./copyable.module.css";
import { isCommandKey } from "./modifier-key.ts";

const { words } = all;

interface Props {
  readonly code: string;
  /** What the code is, for screen readers, which read the button alone. */
  readonly label: string;
}

export function Copyable({ code, label }: Props) {
  const text = useRef<HTMLPreElement>(null);
  const [outcome, setOutcome] = useState<string>();

  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);

  return (
    <>
      {/* It scrolls where a line is long: the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <pre ref={text} className={styles["code"]} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <button
        type="button"
        className={`button small ${styles["copy"]}`}
        aria-label={words.copyOf(label)}
        onClick={() =>
          text.current &&
          setOutcome(copy(text.current) ? words.copied : words.pressToCopy(isCommandKey ? "⌘C" : "Ctrl+C"))
        }
      >
        <span aria-live="polite">{outcome ?? words.copy}</span>
      </button>
    </>
  );
}

/** Over plain HTTP browsers offer no `navigator.clipboard`; copying a selection works there, too. */
function copy(element: Element): boolean {
  getSelection()?.selectAllChildren(element);
  return document.execCommand("copy");
}
