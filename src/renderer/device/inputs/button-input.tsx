// A button. One with confirmation needs a second press; losing the focus cancels the first.
import { useState } from "react";
import { controlLabel } from "../../i18n/controls.ts";
import { text } from "../../i18n/text.ts";
import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";

export function ButtonInput({ control, isPending, onChange }: InputProps<"button">) {
  const [isArmed, setArmed] = useState(false);
  const label = controlLabel(control);
  const press = () => {
    if (control.confirm && !isArmed) {
      setArmed(true);
      return;
    }
    setArmed(false);
    void onChange(null);
  };
  return (
    <div className={styles["line"]}>
      <ControlName control={control} isPending={isPending} />
      <button
        type="button"
        className={`button small ${isArmed ? "primary" : ""}`}
        aria-label={isArmed ? text.controls.pressAgainFor(label) : text.controls.pressFor(label)}
        onClick={press}
        onBlur={() => setArmed(false)}
      >
        {isArmed ? text.controls.pressAgain : text.controls.press}
      </button>
    </div>
  );
}
