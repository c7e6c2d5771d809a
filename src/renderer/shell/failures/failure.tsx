// An error in place of what could not be loaded, with a button that tries again.
import { useState } from "react";
import { explain } from "../../api/client.ts";
import { text } from "../../i18n/text.ts";
import styles from "./failure.module.css";
import { useShownFailure } from "./shown-failures.ts";

interface Props {
  /** What failed, in one sentence. */
  readonly title: string;
  /** The query that failed. */
  readonly of: { readonly error: Error | null; readonly refetch: () => Promise<unknown> };
}

export function Failure({ title, of: { error, refetch } }: Props) {
  useShownFailure(error);
  const [isTrying, setTrying] = useState(false);
  async function tryAgain() {
    setTrying(true);
    await refetch();
    setTrying(false);
  }
  return (
    <div className={styles["failure"]} role="alert">
      <div>
        <strong>{title}</strong>
        <p>{error && explain(error)}</p>
      </div>
      {/* Not disabled meanwhile: it would lose the focus. */}
      <button type="button" className="button small" onClick={() => void tryAgain()}>
        {isTrying ? text.words.trying : text.words.tryAgain}
      </button>
    </div>
  );
}
