// The props of every control input.
import type { Control, ControlValue } from "../../../shared/controls/control.ts";

export interface InputProps<Kind extends Control["kind"] = Control["kind"]> {
  readonly control: Extract<Control, { kind: Kind }>;
  /** The desired value while a command is pending, else the reported one; undefined while unknown. */
  readonly value: ControlValue | undefined;
  /** Whether `value` is desired and not reported yet. */
  readonly isPending: boolean;
  /** Called once for each gesture. Resolves with whether the hub took it: what was typed stays where it did not. */
  readonly onChange: (value: ControlValue) => Promise<boolean>;
}
