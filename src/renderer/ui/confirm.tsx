// Asks once more before something that cannot be undone. The way out comes first, and has the focus.
import { type ReactNode, useId } from "react";
import { explain } from "../api/client.ts";
import styles from "./confirm.module.css";
import { Dialog } from "./dialog.tsx";

interface Props {
  readonly question: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly isPending: boolean;
  /** Said while it is being done. */
  readonly pendingWords: string;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClosed: () => void;
}

export function Confirm({ question, children, action, isPending, pendingWords, error, onConfirm, onClosed }: Props) {
  const titleId = useId();
  return (
    <Dialog titleId={titleId} onClosed={onClosed}>
      {(close) => (
        <div className={styles["confirm"]}>
          <h2 id={titleId}>{question}</h2>
          {children}
          <p role="status">{isPending && pendingWords}</p>
          {error && <p role="alert">{explain(error)}</p>}
          <footer>
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button type="button" className="button danger" disabled={isPending} onClick={onConfirm}>
              {action}
            </button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}
