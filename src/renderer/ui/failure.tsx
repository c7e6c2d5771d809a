// Says in words what went wrong, and offers to try again.
import { explain } from "../api/client.ts";
import styles from "./failure.module.css";

interface Props {
  readonly what: string;
  readonly error: Error;
  readonly onRetry: () => void;
}

export function Failure({ what, error, onRetry }: Props) {
  return (
    <div className={styles["failure"]} role="alert">
      <div>
        <strong>{what}</strong>
        <p>{explain(error)}</p>
      </div>
      <button type="button" className="button small" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
