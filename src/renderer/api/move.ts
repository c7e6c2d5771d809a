// A move of the hub's data into a database server, or back: its status, and the actions of administrators.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MovePlan, MoveStatus } from "../../shared/settings/move.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, post, remove, request } from "./client.ts";
import { QUERY_KEYS } from "./queries.ts";

const UNDER_WAY_PERIOD_MS = 1_000;
const IDLE_PERIOD_MS = 60_000;
const KEY = ["move"] as const;

export type MoveAction = { readonly kind: "begin"; readonly to: string } | { readonly kind: "switch" | "back" | "end" };

export function isUnderWay({ move }: MoveStatus): boolean {
  return move !== null && (move.step === "copying" || move.step === "comparing" || move.switchesWhenEqual);
}

export function useMove() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request<MoveStatus>(apiUrl("move"), { signal }),
    refetchOnMount: "always",
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isUnderWay(data) ? UNDER_WAY_PERIOD_MS : IDLE_PERIOD_MS,
  });
}

export function usePlan() {
  return useMutation({
    mutationFn: (to: string) => post<MovePlan>(apiUrl("move/plan"), { to }, LONG_REQUEST_TIMEOUT_MS),
    gcTime: 0,
  });
}

export function useMoveAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (action: MoveAction): Promise<void> => {
      switch (action.kind) {
        case "begin":
          await post(apiUrl("move"), { to: action.to }, LONG_REQUEST_TIMEOUT_MS);
          break;
        case "switch":
        case "back":
          await post(apiUrl(`move/${action.kind}`), {});
          break;
        case "end":
          await remove(apiUrl("move"));
          break;
      }
    },
    // Without an answer it may have been done all the same.
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: KEY });
      void queries.invalidateQueries({ queryKey: QUERY_KEYS.hub });
    },
    gcTime: 0,
  });
}
