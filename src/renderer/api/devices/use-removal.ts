// Merging a device into another, and deleting one with its history: that can be taken back for a minute.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, post, remove, request } from "../client.ts";
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
      post<Device>(apiUrl(pathOf(source, "/merge")), { into: target.id }, LONG_REQUEST_TIMEOUT_MS),
    onSuccess: (device, { source }) => {
      queries.setQueryData<DeviceList>(
        QUERY_KEYS.devices,
        (list) => list && withDevice(withoutDevice(list, source.id), device),
      );
      void queries.invalidateQueries({ queryKey: QUERY_KEYS.views });
      onDone(device);
    },
  });
}

/** Removes the device in a minute, unless that is cancelled. */
export function useRemoval(device: Device, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => post<Device>(apiUrl(pathOf(device, "/removal")), {}),
    onSuccess: (going) => {
      queries.setQueryData<DeviceList>(QUERY_KEYS.devices, (list) => list && withDevice(list, going));
      onDone();
    },
  });
}

/** Ends a pending removal: cancels it, or removes the device now. */
export function useRemovalEnd(device: Device, onCancelled: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (end: "keep" | "now"): Promise<Device | null> => {
      if (end === "keep") return request<Device>(apiUrl(pathOf(device, "/removal")), { method: "DELETE" });
      await remove(apiUrl(pathOf(device)), LONG_REQUEST_TIMEOUT_MS);
      return null;
    },
    onSuccess: (remaining) => {
      queries.setQueryData<DeviceList>(
        QUERY_KEYS.devices,
        (list) => list && (remaining === null ? withoutDevice(list, device.id) : withDevice(list, remaining)),
      );
      if (remaining !== null) onCancelled();
    },
  });
}

const pathOf = ({ id }: Device, rest = ""): string => `devices/${encodeURIComponent(id)}${rest}`;
