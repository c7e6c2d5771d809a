// The two ways in which a device goes: as part of another, or with its history.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import { apiUrl, post, remove } from "./client.ts";
import { withDevice, withoutDevice } from "./device-list.ts";
import { keys } from "./queries.ts";

export interface Merge {
  readonly gone: Device;
  readonly stays: Device;
}

/** `onDone` gets the device that it became. */
export function useMerge(onDone: (device: Device) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ gone, stays }: Merge) =>
      post<Device>(apiUrl(`devices/${encodeURIComponent(gone.id)}/merge`), { into: stays.id }),
    onSuccess: (device, { gone }) => {
      queries.setQueryData<DeviceList>(
        keys.devices,
        (list) => list && withDevice(withoutDevice(list, gone.id), device),
      );
      onDone(device);
    },
  });
}

export function useRemoval({ id }: Device, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => remove(apiUrl(`devices/${encodeURIComponent(id)}`)),
    onSuccess: () => {
      queries.setQueryData<DeviceList>(keys.devices, (list) => list && withoutDevice(list, id));
      onDone();
    },
  });
}
