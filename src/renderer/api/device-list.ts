// Changes to the list of devices that the pages hold.
import type { DeviceList } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";

export function withDevice({ devices }: DeviceList, device: Device): DeviceList {
  return { devices: [...devices.filter(({ id }) => id !== device.id), device] };
}

export function withoutDevice({ devices }: DeviceList, removedId: string): DeviceList {
  return { devices: devices.filter(({ id }) => id !== removedId) };
}
