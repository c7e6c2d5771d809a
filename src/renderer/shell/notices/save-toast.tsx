// The progress of saving an export, on every page, with a button that cancels it; then the location of the file.
import { useEffect, useState } from "react";
import type { SaveState } from "../../../shared/bridge.ts";
import { cancelSave, watchSaveState } from "../../api/platform.ts";
import { savingText as t } from "../../i18n/later/saving-text.ts";
import { formatBytes } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import styles from "./save-toast.module.css";

const OUTCOME_SHOWN_MS = 8_000;
/** A failure is read to its end, and its advice followed. */
const FAILURE_SHOWN_MS = 30_000;

export function SaveToast() {
  const [state, setState] = useState<SaveState>();
  useEffect(() => watchSaveState(setState), []);

  useEffect(() => {
    if (state === undefined || state.kind === "saving") return;
    const shownMs = state.kind === "failed" ? FAILURE_SHOWN_MS : OUTCOME_SHOWN_MS;
    const timer = setTimeout(() => setState(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [state]);

  return (
    <div className={styles["toastPlace"]}>
      {/* The bytes change several times a second: hidden from screen readers. */}
      <div role="status">{state !== undefined && state.kind !== "saving" && <Outcome state={state} />}</div>
      {state?.kind === "saving" && (
        <section className={`${styles["toast"]} ${styles["saving"]}`} aria-label={t.region}>
          <p>
            {t.saving(fileName(state.path))}{" "}
            <span className={styles["bytes"]}>{state.bytes === 0 ? t.waiting : t.soFar(formatBytes(state.bytes))}</span>
          </p>
          <button type="button" className="button small" onClick={cancelSave}>
            {text.words.cancel}
          </button>
        </section>
      )}
    </div>
  );
}

function Outcome({ state }: { readonly state: Exclude<SaveState, { kind: "saving" }> }) {
  switch (state.kind) {
    case "saved":
      return <p className={styles["toast"]}>{t.savedTo(state.path)}</p>;
    case "failed":
      return <p className={styles["toast"]}>{t.notSaved(state.reason)}</p>;
    case "cancelled":
      return null;
  }
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
