// The first steps, and the simulated Pis. Devices come by the live feed; the steps are polled while they are shown.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FirstSteps, SimulatedPis } from "../../shared/first-start.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, post, put, remove, request } from "./client.ts";
import { QUERY_KEYS } from "./queries.ts";

const STEPS_KEY = ["first-steps"];
const STEPS_PERIOD_MS = 3_000;

export function useFirstSteps() {
  return useQuery({
    queryKey: STEPS_KEY,
    queryFn: ({ signal }) => request<FirstSteps>(apiUrl("first-steps"), { signal }),
    refetchInterval: ({ state }) => (state.data?.dismissed === true ? false : STEPS_PERIOD_MS),
  });
}

export function useDismissSteps() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => put<FirstSteps>(apiUrl("first-steps"), { dismissed: true }),
    onSuccess: (steps) => queries.setQueryData(STEPS_KEY, steps),
  });
}

export function useSimulate() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => post<SimulatedPis>(apiUrl("simulation"), {}, LONG_REQUEST_TIMEOUT_MS),
    onSuccess: () => queries.invalidateQueries({ queryKey: QUERY_KEYS.devices }),
  });
}

export function useRemoveSimulated() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => remove(apiUrl("simulation"), LONG_REQUEST_TIMEOUT_MS),
    onSettled: () => queries.invalidateQueries({ queryKey: QUERY_KEYS.devices }),
  });
}
