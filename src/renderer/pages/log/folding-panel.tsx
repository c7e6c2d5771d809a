// A panel beside the messages: open on a wide page, folded above them on a narrow one, as the styles of its page say.
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import styles from "./folding-panel.module.css";

interface Props {
  readonly title: string;
  /** Opens it whenever it changes to something. */
  readonly opensFor?: unknown;
  readonly children: ReactNode;
}

export function FoldingPanel({ title, opensFor, children }: Props) {
  const panel = useRef<HTMLDetailsElement>(null);
  // A layout effect, so that nothing below moves.
  useLayoutEffect(() => {
    const { current } = panel;
    if (current !== null) current.open = getComputedStyle(current).getPropertyValue("--folded") === "";
  }, []);
  useEffect(() => {
    const { current } = panel;
    if (opensFor === undefined || current === null) return;
    current.open = true;
    current.scrollIntoView({ block: "nearest" });
  }, [opensFor]);
  return (
    <details ref={panel} className={`panel ${styles["panel"]}`}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {children}
    </details>
  );
}
