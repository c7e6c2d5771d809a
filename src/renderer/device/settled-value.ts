// The value that a control shows while no command is under way.
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceControl } from "../../shared/device.ts";

export interface CompletedCommand {
  readonly value: ControlValue;
  readonly issuedAtMs: number;
}

/** What the device reports wins, unless it reported that before the last completed command was issued. */
export function settledValue(
  reported: DeviceControl["reported"],
  completed: CompletedCommand | undefined,
): ControlValue | undefined {
  if (completed === undefined) return reported?.value;
  return reported === undefined || reported.atMs < completed.issuedAtMs ? completed.value : reported.value;
}
