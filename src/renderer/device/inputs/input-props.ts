// What every input of a control is given.
import type { Control, ControlValue } from "../../../shared/controls/control.ts";

export interface InputProps<Kind extends Control["kind"] = Control["kind"]> {
  readonly control: Extract<Control, { kind: Kind }>;
  /** What was asked for last, or what the device says; undefined while neither is known. */
  readonly value: ControlValue | undefined;
  /** Whether `value` was asked for, and the device has not said yet that it is so. */
  readonly isPending: boolean;
  /** Called once for each gesture. */
  readonly onChange: (value: ControlValue) => void;
}
