// Corrections of a device's readings. A change refetches every chart of the device: in this page immediately, in others by the live
// feed.
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MendList, MendPreview, MendRequest, MendResult } from "../../../shared/history/mend.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, post, request } from "../client.ts";

const pathOf = (device: string, rest = "") => `devices/${encodeURIComponent(device)}/mends${rest}`;

/** In the order of creation; `changedMs` is the device's time of the last change. */
export function useMends(device: string, changedMs: number | undefined) {
  return useQuery({
    queryKey: ["mends", device, changedMs],
    queryFn: ({ signal }) => request<MendList>(apiUrl(pathOf(device)), { signal }),
    select: ({ mends }) => mends,
    enabled: changedMs !== undefined,
    placeholderData: (before) => before,
  });
}

/** How many readings are inside a box; null runs no query. */
export function useMendPreview(device: string, box: Omit<MendRequest, "repair"> | null) {
  return useQuery({
    queryKey: ["mend-preview", device, box],
    queryFn: ({ signal }) =>
      request<MendPreview>(apiUrl(pathOf(device, "/preview"), box ?? {}), {
        signal,
        timeoutMs: LONG_REQUEST_TIMEOUT_MS,
      }),
    select: ({ readings }) => readings,
    enabled: box !== null,
    placeholderData: (before) => before,
    gcTime: 0,
  });
}

export function useApplyMend(device: string, onApplied: (result: MendResult) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: MendRequest) => post<MendResult>(apiUrl(pathOf(device)), wanted, LONG_REQUEST_TIMEOUT_MS),
    onSuccess: (result) => {
      void fetchAgain(queries, device);
      onApplied(result);
    },
  });
}

export function useUndoMend(device: string, onUndone: (result: MendResult) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => undoMend(queries, device, id),
    onSuccess: onUndone,
  });
}

export async function undoMend(queries: QueryClient, device: string, id: string): Promise<MendResult> {
  const options = { method: "DELETE", timeoutMs: LONG_REQUEST_TIMEOUT_MS };
  const result = await request<MendResult>(apiUrl(pathOf(device, `/${encodeURIComponent(id)}`)), options);
  void fetchAgain(queries, device);
  return result;
}

async function fetchAgain(queries: QueryClient, device: string): Promise<void> {
  await queries.invalidateQueries({ queryKey: ["mends", device] });
  await queries.invalidateQueries({ queryKey: ["chart"] });
}
