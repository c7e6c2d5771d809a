// Gaps and late readings of a device, how reliably its readings arrive, and changes of its attributes.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Delivery, Device } from "../../../shared/device.ts";
import type {
  AttributeChange,
  AttributeChangeList,
  Backfill,
  BackfillList,
  HubPause,
  HubPauseList,
} from "../../../shared/history/timeline.ts";
import { apiUrl, request } from "../client.ts";
import { QUERY_KEYS } from "../queries.ts";

/** They change slowly, without an event. */
const REFETCH_MS = 60_000;

const NO_PAUSES: readonly HubPause[] = [];
const NO_BACKFILLS: readonly Backfill[] = [];
const NO_CHANGES: readonly AttributeChange[] = [];

const ofDevice = (device: string, what = "") => apiUrl(`devices/${encodeURIComponent(device)}${what}`);

export function useHubPauses(): readonly HubPause[] {
  const { data } = useQuery({
    queryKey: [...QUERY_KEYS.timeline, "pauses"],
    queryFn: ({ signal }) => request<HubPauseList>(apiUrl("hub/pauses"), { signal }),
    select: ({ pauses }) => pauses,
  });
  return data ?? NO_PAUSES;
}

const backfillsKey = (device: string | null) => [...QUERY_KEYS.timeline, "backfills", device];

/** Late readings of the device arrived: refetches the shown list of them. */
export function useBackfillsRefresh(): (device: string) => void {
  const queries = useQueryClient();
  return (device) => void queries.invalidateQueries({ queryKey: backfillsKey(device) });
}

/** None without a device. */
export function useBackfills(device: string | null): readonly Backfill[] {
  const { data } = useQuery({
    queryKey: backfillsKey(device),
    queryFn: ({ signal }) => request<BackfillList>(ofDevice(device ?? "", "/backfills"), { signal }),
    select: ({ backfills }) => backfills,
    enabled: device !== null,
    refetchInterval: REFETCH_MS,
  });
  return data ?? NO_BACKFILLS;
}

/** The latest first. */
export function useAttributeChanges(device: string): readonly AttributeChange[] {
  const { data } = useQuery({
    queryKey: ["attribute-changes", device],
    queryFn: ({ signal }) => request<AttributeChangeList>(ofDevice(device, "/changes"), { signal }),
    select: ({ changes }) => changes,
    refetchInterval: REFETCH_MS,
  });
  return data ?? NO_CHANGES;
}

/** Undefined where there is nothing to show. */
export function useDelivery(device: string): Delivery | undefined {
  const { data } = useQuery({
    queryKey: ["delivery", device],
    queryFn: ({ signal }) => request<Device>(ofDevice(device), { signal }),
    select: ({ delivery }) => delivery,
    refetchInterval: REFETCH_MS,
  });
  return data;
}
