// Display texts of controls, their values and failed commands.
import type { Command } from "../../shared/controls/command.ts";
import type { Control, ControlValue } from "../../shared/controls/control.ts";
import { metricLabel } from "./names.ts";
import { formatQuantity } from "./numbers.ts";
import { text } from "./text.ts";

export function controlLabel({ id, label }: Pick<Control, "id" | "label">): string {
  return label ?? metricLabel({ name: id });
}

export function valueText(control: Control, value: ControlValue): string {
  if (typeof value === "boolean") return value ? text.controls.on : text.controls.off;
  if (typeof value !== "number") return value ?? "";
  return formatQuantity(value, control.kind === "number" ? control.unit : undefined);
}

/** Why a command failed. */
export function failureText({ error }: Pick<Command, "error">): string {
  switch (error) {
    case undefined:
      return text.controls.failedSomehow;
    case "no-reply":
      return text.controls.noReply;
    case "no-reason":
      return text.controls.noReason;
    case "superseded":
      return text.controls.superseded;
    default:
      return error;
  }
}
