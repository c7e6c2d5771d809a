// Merging a device into another, and deleting one with its history.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, post, remove } from "../client.ts";
import { QUERY_KEYS } from "../queries.ts";
import { withDevice, withoutDevice } from "./device-list.ts";

export interface Merge {
  readonly source: Device;
  readonly target: Device;
}

/** `onDone` gets the merged device. */
export function useMerge(onDone: (device: Device) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ source, target }: Merge) =>
      post<Device>(
        apiUrl(`devices/${encodeURIComponent(source.id)}/merge`),
        { into: target.id },
        LONG_REQUEST_TIMEOUT_MS,
      ),
    onSuccess: (device, { source }) => {
      queries.setQueryData<DeviceList>(
        QUERY_KEYS.devices,
        (list) => list && withDevice(withoutDevice(list, source.id), device),
      );
      onDone(device);
    },
  });
}

export function useRemoval({ id }: Device, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => remove(apiUrl(`devices/${encodeURIComponent(id)}`), LONG_REQUEST_TIMEOUT_MS),
    onSuccess: () => {
      queries.setQueryData<DeviceList>(QUERY_KEYS.devices, (list) => list && withoutDevice(list, id));
      onDone();
    },
  });
}
