// The name of a control beside its input, with a ring while a command is pending.
import type { Control } from "../../../shared/controls/control.ts";
import { controlLabel } from "../../i18n/controls.ts";
import styles from "./inputs.module.css";

export function ControlName({ control, isPending }: { readonly control: Control; readonly isPending: boolean }) {
  return (
    <b>
      {controlLabel(control)}
      {isPending && <i className={styles["ring"]} aria-hidden="true" />}
    </b>
  );
}
