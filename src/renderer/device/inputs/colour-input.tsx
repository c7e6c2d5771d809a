// A colour. A picker fires for every colour that it passes and has no event when it closes, so a button sets the choice.
import { controlLabel } from "../../i18n/controls.ts";
import { text } from "../../i18n/text.ts";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";

const UNKNOWN_COLOUR = "#000000";

export function ColourInput({ control, value, isPending, onChange }: InputProps<"color">) {
  const draft = useDraft(typeof value === "string" ? value : UNKNOWN_COLOUR);
  const label = controlLabel(control);
  const set = async () => {
    if (await onChange(draft.value)) draft.saved();
  };
  return (
    <div className={styles["entry"]}>
      <label>
        <ControlName control={control} isPending={isPending} />
        <input
          type="color"
          className={styles["color"]}
          value={draft.value}
          onChange={(event) => draft.enter(event.target.value)}
        />
      </label>
      <button
        type="button"
        className="button small"
        aria-label={text.controls.setControl(label)}
        disabled={!draft.isEdited || draft.value === value}
        onClick={() => void set()}
      >
        {text.controls.set}
      </button>
    </div>
  );
}
