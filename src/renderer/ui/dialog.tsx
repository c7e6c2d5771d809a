// A modal dialog. The browser closes it on Escape and gives the focus back to the element that had it.
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./dialog.module.css";

interface Props {
  /** The id of the element that is its heading. */
  readonly titleId: string;
  readonly onClosed: () => void;
  readonly className?: string | undefined;
  readonly children: (close: () => void) => ReactNode;
}

export function Dialog({ titleId, onClosed, className = "", children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={`${styles["dialog"]} ${className}`} aria-labelledby={titleId} onClose={onClosed}>
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
