// Lets a device join, or blocks it. The page follows the hub's answer, and the live feed tells every other page.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import { apiUrl, post } from "./client.ts";
import { withDevice } from "./device-list.ts";
import { keys } from "./queries.ts";

export function useDecision(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: "approve" | "block") =>
      post<Device>(apiUrl(`devices/${encodeURIComponent(id)}/${decision}`), {}),
    onSuccess: (device) => queries.setQueryData<DeviceList>(keys.devices, (list) => list && withDevice(list, device)),
  });
}
