// What a control shows while no command is under way.
import type { ControlValue } from "../../shared/control.ts";
import type { DeviceControl } from "../../shared/device.ts";

interface Done {
  readonly value: ControlValue;
  readonly givenAtMs: number;
}

/** The device has the last word; what it said before the last command was given is none on it. */
export function settledValue(reported: DeviceControl["reported"], done: Done | undefined): ControlValue | undefined {
  if (done === undefined) return reported?.value;
  return reported === undefined || reported.atMs < done.givenAtMs ? done.value : reported.value;
}
