// A setting that is a line of text: it is saved by Enter or its button, which appears once the text differs.
import { type SubmitEvent, useState } from "react";
import { settingsText as text } from "../../i18n/settings/text.ts";
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
  readonly onSave: (value: string) => void;
}

export function TextSetting(props: Props) {
  const { label, value, placeholder, suffix, pattern, patternHint, isDisabled = false, isPending, onSave } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const isChanged = draft !== null && draft !== value;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isChanged) onSave(draft);
  };
  return (
    <form className={styles["text"]} onSubmit={submit}>
      <input
        aria-label={label}
        value={draft ?? value}
        placeholder={placeholder}
        pattern={pattern}
        title={patternHint}
        disabled={isDisabled}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && setDraft(null)}
      />
      {suffix !== undefined && <span>{suffix}</span>}
      {isChanged && (
        <button type="submit" className="button small primary" disabled={isPending}>
          {text.save}
        </button>
      )}
    </form>
  );
}
