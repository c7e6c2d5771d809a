// Below a field: that somebody else has changed meanwhile what is being typed over, and a way to take their value.
import { pageText } from "../i18n/page-text.ts";
import styles from "./changed-meanwhile.module.css";
import type { Draft } from "./hooks/use-draft.ts";

const { others } = pageText;
/** More of it is seen once it is taken. */
const MAX_CHARACTERS = 80;

export interface ChangedMeanwhileProps {
  readonly draft: Pick<Draft<never>, "isOvertaken" | "discard">;
  /** The value that is known now, in words. */
  readonly now: string;
  /** While a person's own value is saved, it comes back before that is known to be done. */
  readonly isSaving: boolean;
}

export function ChangedMeanwhile({ draft, now, isSaving }: ChangedMeanwhileProps) {
  return (
    <div role="status" className={styles["changed"]}>
      {draft.isOvertaken && !isSaving && (
        <>
          {others.changedMeanwhile(now.length > MAX_CHARACTERS ? `${now.slice(0, MAX_CHARACTERS)}…` : now)}{" "}
          <button type="button" className="button small" onClick={draft.discard}>
            {others.takeChange}
          </button>
        </>
      )}
    </div>
  );
}
