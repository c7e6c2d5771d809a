// A modal dialog. The browser closes it on Escape and restores the focus.
import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import styles from "./dialog.module.css";

interface Props {
  /** The id of the element that is its heading. */
  readonly titleId: string;
  readonly onClosed: () => void;
  readonly className?: string | undefined;
  /** A press on the backdrop closes it: for dialogs without typed input. */
  readonly closesBeside?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

export function Dialog({ titleId, onClosed, className = "", closesBeside = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  /** A drag that began inside, such as a text selection, is not a press on the backdrop. */
  const beganBeside = useRef(false);
  const isHidden = useRef(false);
  useEffect(() => {
    const shown = dialog.current;
    isHidden.current = false;
    shown?.showModal();
    return () => {
      // The page is hidden, with the dialog in it, where somebody has to sign in again: open, it would keep the keyboard from that.
      if (shown?.isConnected !== true) return;
      isHidden.current = true;
      shown.close();
    };
  }, []);
  const isBeside = ({ target, currentTarget }: MouseEvent) => target === currentTarget;
  return (
    // Escape does the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={dialog}
      className={`${styles["dialog"]} ${className}`}
      aria-labelledby={titleId}
      onClose={({ currentTarget }) => isHidden.current || currentTarget.open || onClosed()}
      onPointerDown={(event) => {
        beganBeside.current = isBeside(event);
      }}
      onClick={(event) => {
        if (closesBeside && beganBeside.current && isBeside(event)) dialog.current?.close();
      }}
    >
      {children(() => dialog.current?.close())}
    </dialog>
  );
}
