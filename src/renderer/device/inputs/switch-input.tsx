// A switch. While a command is under way its knob stands half-way, towards what was asked for.

import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";

export function SwitchInput({ control, value, isPending, onChange }: InputProps<"switch">) {
  return (
    <label className={styles["line"]}>
      <ControlName control={control} isPending={isPending} />
      <input
        type="checkbox"
        role="switch"
        aria-checked={value === true}
        aria-busy={isPending}
        className={`${styles["switch"]} ${isPending ? styles["pending"] : ""}`}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
