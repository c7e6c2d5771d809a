// An error in place of what could not be loaded, with a button that tries again.
import { text } from "../i18n/text.ts";
import styles from "./failure.module.css";

interface Props {
  /** What failed, in one sentence. */
  readonly title: string;
  /** Why. */
  readonly message: string;
  readonly onRetry: () => void;
}

export function Failure({ title, message, onRetry }: Props) {
  return (
    <div className={styles["failure"]} role="alert">
      <div>
        <strong>{title}</strong>
        <p>{message}</p>
      </div>
      <button type="button" className="button small" onClick={onRetry}>
        {text.words.tryAgain}
      </button>
    </div>
  );
}
