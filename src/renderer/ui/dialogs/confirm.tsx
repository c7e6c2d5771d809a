// Asks for confirmation of an irreversible action. Cancel comes first, so it gets the focus.
import { type ReactNode, useId } from "react";
import { text } from "../../i18n/text.ts";
import styles from "./confirm.module.css";
import { Dialog } from "./dialog.tsx";

interface Props {
  readonly question: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly isPending: boolean;
  /** Shown while the action runs. */
  readonly pendingMessage: string;
  /** Why the action failed; undefined before it did. */
  readonly errorMessage: string | undefined;
  readonly onConfirm: () => void;
  readonly onClosed: () => void;
}

export function Confirm({
  question,
  children,
  action,
  isPending,
  pendingMessage,
  errorMessage,
  onConfirm,
  onClosed,
}: Props) {
  const titleId = useId();
  return (
    <Dialog titleId={titleId} onClosed={onClosed}>
      {(close) => (
        <div className={styles["confirm"]}>
          <h2 id={titleId}>{question}</h2>
          {children}
          <p role="status">{isPending && pendingMessage}</p>
          {errorMessage !== undefined && <p role="alert">{errorMessage}</p>}
          <footer>
            <button type="button" className="button" onClick={close}>
              {text.words.cancel}
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
