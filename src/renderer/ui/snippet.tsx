// A piece of code to take away.
import { type ReactNode, useEffect, useRef, useState } from "react";
import styles from "./snippet.module.css";

interface Props {
  readonly title: string;
  readonly code: string;
  /** What else there is to say of it. */
  readonly children?: ReactNode;
}

export function Snippet({ title, code, children }: Props) {
  const text = useRef<HTMLPreElement>(null);
  const [outcome, setOutcome] = useState<string>();

  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);

  return (
    <section className={`panel ${styles["snippet"]}`}>
      <h2>{title}</h2>
      <pre ref={text}>
        <code>{code}</code>
      </pre>
      <button
        type="button"
        className="button small"
        aria-label={`Copy: ${title}`}
        onClick={() => text.current && setOutcome(copy(text.current) ? "Copied" : "Press Ctrl+C")}
      >
        <span aria-live="polite">{outcome ?? "Copy"}</span>
      </button>
      {children}
    </section>
  );
}

/** A hub's page comes over plain HTTP, where browsers have no `navigator.clipboard`; a selection can always be copied. */
function copy(element: Element): boolean {
  getSelection()?.selectAllChildren(element);
  return document.execCommand("copy");
}
