// Approves or blocks devices. The answer updates this page; the live feed updates every other one.
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeviceList } from "../../../shared/api.ts";
import type { Device } from "../../../shared/device.ts";
import { text } from "../../i18n/text.ts";
import { announce } from "../announcements.ts";
import { apiUrl, patch, post } from "../client.ts";
import { QUERY_KEYS } from "../queries.ts";
import { withDevice } from "./device-list.ts";

/** Empty names leave the device its own, and no room. */
export type JoinDecision =
  | { readonly kind: "approve"; readonly name?: string; readonly room?: string }
  | { readonly kind: "block" };

/** `keyCode` is that of the key which the device has shown: approving accepts it. */
export function useJoinDecision({ id, name, joining }: Device, keyCode?: string) {
  const queries = useQueryClient();
  const undo = async () => {
    keep(queries, await decide(id, { kind: "approve" }));
    announce(text.joining.joined(name));
  };
  return useMutation({
    mutationFn: (decision: JoinDecision) => decide(id, decision, keyCode),
    onSuccess: (device, { kind }) => {
      keep(queries, device);
      if (kind === "approve") announce(text.joining.joined(device.name));
      // One that only asked to join is let in from where the blocked ones are: that it waits does not come back.
      else announce(text.joining.blocked(name), joining === "approved" ? { undo } : {});
    },
  });
}

/** Empty names leave the device its own, and no room. */
export interface Joining {
  readonly id: string;
  readonly name: string;
  readonly room: string;
}

/** Approves one after the other; those that fail stay among the requests. */
export function useJoinMany() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (devices: readonly Joining[]) => {
      let joined = 0;
      for (const { id, name, room } of devices) {
        keep(queries, await decide(id, { kind: "approve", name, room }));
        joined++;
        announce(text.joining.joinedMany(joined, devices.length));
      }
    },
  });
}

async function decide(id: string, decision: JoinDecision, keyCode?: string): Promise<Device> {
  const path = `devices/${encodeURIComponent(id)}`;
  if (decision.kind === "block") return post<Device>(apiUrl(`${path}/block`), {});
  const { name = "", room = "" } = decision;
  // Before it joins: where that fails, the request stays with what was typed into it.
  if (name !== "" || room !== "")
    await patch<Device>(apiUrl(path), { ...(name !== "" && { name }), ...(room !== "" && { room }) });
  return post<Device>(apiUrl(`${path}/approve`), keyCode === undefined ? {} : { keyCode });
}

function keep(queries: QueryClient, device: Device): void {
  queries.setQueryData<DeviceList>(QUERY_KEYS.devices, (list) => list && withDevice(list, device));
}
