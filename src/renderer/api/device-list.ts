// Changes to the list of devices that the pages hold.
import type { DeviceList } from "../../shared/api.ts";
import { type Command, desiredBy } from "../../shared/command.ts";
import type { Device, DeviceControl } from "../../shared/device.ts";

export function withDevice({ devices }: DeviceList, device: Device): DeviceList {
  return { devices: [...devices.filter(({ id }) => id !== device.id), device] };
}

/** A control was told something; an older command may still be heard of. */
export function withCommand({ devices }: DeviceList, command: Command): DeviceList {
  const desired = desiredBy(command);
  const told = (one: DeviceControl): DeviceControl =>
    one.control.id === command.control && (one.desired?.atMs ?? 0) <= desired.atMs ? { ...one, desired } : one;
  return {
    devices: devices.map((device) =>
      device.id === command.device ? { ...device, controls: device.controls.map(told) } : device,
    ),
  };
}

export function withoutDevice({ devices }: DeviceList, removedId: string): DeviceList {
  return { devices: devices.filter(({ id }) => id !== removedId) };
}
