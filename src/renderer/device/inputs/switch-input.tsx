// A switch. While a command is pending its knob is half-way towards the desired state.

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
        onChange={(event) => void onChange(event.target.checked)}
      />
    </label>
  );
}
