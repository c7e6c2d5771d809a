// Display texts of controls, their values and failed commands.
import type { Command } from "../../shared/command.ts";
import type { Control, ControlValue } from "../../shared/control.ts";
import { metricLabel } from "./names.ts";
import { formatQuantity } from "./numbers.ts";

export function controlLabel({ id, label }: Pick<Control, "id" | "label">): string {
  return label ?? metricLabel({ name: id });
}

export function valueText(control: Control, value: ControlValue): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "number") return value ?? "";
  return formatQuantity(value, control.kind === "number" ? control.unit : undefined);
}

/** Why a command failed. */
export function failureText({ error }: Pick<Command, "error">): string {
  switch (error) {
    case undefined:
      return "it failed";
    case "no-reply":
      return "no reply within 10 s";
    case "superseded":
      return "a newer one took its place";
    default:
      return error;
  }
}
