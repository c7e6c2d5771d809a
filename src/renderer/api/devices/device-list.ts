// Pure updates of the cached device list, for live events and for answers to mutations.
import type { DeviceList } from "../../../shared/api.ts";
import { type Command, desiredBy } from "../../../shared/controls/command.ts";
import type { Device, DeviceControl } from "../../../shared/device.ts";

export function withDevice({ devices }: DeviceList, device: Device): DeviceList {
  return { devices: [...devices.filter(({ id }) => id !== device.id), device] };
}

/** Sets the desired value of the command's control; an event of an older command does not replace a newer one. */
export function withCommand({ devices }: DeviceList, command: Command): DeviceList {
  const desired = desiredBy(command);
  const withDesired = (one: DeviceControl): DeviceControl =>
    one.control.id === command.control && (one.desired?.atMs ?? 0) <= desired.atMs ? { ...one, desired } : one;
  return {
    devices: devices.map((device) =>
      device.id === command.device ? { ...device, controls: device.controls.map(withDesired) } : device,
    ),
  };
}

export function withoutDevice({ devices }: DeviceList, removedId: string): DeviceList {
  return { devices: devices.filter(({ id }) => id !== removedId) };
}
