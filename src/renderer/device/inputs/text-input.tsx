// A text, sent by its button or Enter. It follows the device until a person types.
import { type SubmitEvent, useId } from "react";
import { controlLabel } from "../../i18n/controls.ts";
import { text } from "../../i18n/text.ts";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";

export function TextInput({ control, value, isPending, onChange }: InputProps<"text">) {
  const draft = useDraft(typeof value === "string" ? value : "");
  const field = useId();
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (await onChange(draft.value)) draft.saved();
  }
  return (
    <form className={styles["text"]} onSubmit={(event) => void submit(event)}>
      <label htmlFor={field}>
        <ControlName control={control} isPending={isPending} />
      </label>
      <input
        id={field}
        className={styles["field"]}
        value={draft.value}
        maxLength={control.max_length}
        onChange={(event) => draft.enter(event.target.value)}
        onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && draft.discard()}
      />
      <button type="submit" className="button small" aria-label={text.controls.sendControl(controlLabel(control))}>
        {text.controls.send}
      </button>
    </form>
  );
}
