// A setting that is a line of text: it is saved by Enter or its button, which appears once the text differs.
import type { SubmitEvent } from "react";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import styles from "./settings-page.module.css";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly suffix?: string;
  readonly pattern?: string;
  readonly patternHint?: string;
  readonly isDisabled?: boolean;
  readonly isPending: boolean;
  /** To be told once it is saved. */
  readonly onSave: (value: string, onSaved: () => void) => void;
}

export function TextSetting(props: Props) {
  const { label, value, placeholder, suffix, pattern, patternHint, isDisabled = false, isPending, onSave } = props;
  const draft = useDraft(value);
  const isChanged = draft.value !== value;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isChanged) onSave(draft.value, draft.saved);
  };
  return (
    <form className={styles["text"]} onSubmit={submit}>
      <input
        aria-label={label}
        value={draft.value}
        placeholder={placeholder}
        pattern={pattern}
        title={patternHint}
        disabled={isDisabled}
        onChange={({ target }) => draft.enter(target.value)}
        onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && draft.discard()}
      />
      {suffix !== undefined && <span>{suffix}</span>}
      {isChanged && (
        <button type="submit" className="button small primary" disabled={isPending}>
          {text.save}
        </button>
      )}
      <ChangedMeanwhile draft={draft} now={value} isSaving={isPending} />
    </form>
  );
}
