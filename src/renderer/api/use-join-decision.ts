// Approves or blocks a device. The answer updates this page; the live feed updates every other one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import { apiUrl, post } from "./client.ts";
import { withDevice } from "./device-list.ts";
import { QUERY_KEYS } from "./queries.ts";

/** `keyCode` is that of the key which the device has shown: approving accepts it. */
export function useJoinDecision(id: string, keyCode?: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: "approve" | "block") => {
      const body = decision === "approve" && keyCode !== undefined ? { keyCode } : {};
      return post<Device>(apiUrl(`devices/${encodeURIComponent(id)}/${decision}`), body);
    },
    onSuccess: (device) =>
      queries.setQueryData<DeviceList>(QUERY_KEYS.devices, (list) => list && withDevice(list, device)),
  });
}
