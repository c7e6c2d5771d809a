// The lists of the access pages. A mutation refetches the lists that it affects. A secret is only in the response that created it:
// such a mutation is discarded with its component.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MqttClientList } from "../../shared/mqtt/mqtt-clients.ts";
import type { AccessSettings, ApiKeyList, PersonList, SessionList, ShareList } from "../../shared/security/access.ts";
import type { ReachStatus } from "../../shared/security/reach.ts";
import type { TlsStatus } from "../../shared/security/tls.ts";
import { apiUrl, request } from "./client.ts";
import { SLOW } from "./slow.ts";

const REACH_PERIOD_MS = 30_000;
/** Of what other administrators may change meanwhile. */
export const OTHERS_PERIOD_MS = 15_000;
const CLIENTS_PERIOD_MS = 3_000;

/** For a change that may cut this window off: it undoes itself, unless the window keeps it. */
export const ON_TRIAL = { undoAfter: 60 } as const;
export const TRIAL_KEY = ["trial"] as const;

const ACCESS_KEYS = {
  settings: ["access"],
  people: ["people"],
  sessions: ["sessions"],
  apiKeys: ["api-keys"],
  shares: ["shares"],
  clients: ["clients"],
  tls: ["tls"],
  reach: ["reach"],
} as const;
type AccessList = keyof typeof ACCESS_KEYS;
/** A change of one of them is answered with what it is then. */
const ANSWERED: readonly AccessList[] = ["settings", "tls", "reach"];

export function useAccessSettings() {
  return useQuery({
    queryKey: ACCESS_KEYS.settings,
    queryFn: ({ signal }) => request<AccessSettings>(apiUrl("access"), { signal }),
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function usePeople() {
  return useQuery({
    queryKey: ACCESS_KEYS.people,
    queryFn: ({ signal }) => request<PersonList>(apiUrl("people"), { signal }),
    select: ({ people }) => people,
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function useSessions() {
  return useQuery({
    queryKey: ACCESS_KEYS.sessions,
    queryFn: ({ signal }) => request<SessionList>(apiUrl("sessions"), { signal }),
    select: ({ sessions }) => sessions.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs),
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function useMqttClients() {
  return useQuery({
    queryKey: ACCESS_KEYS.clients,
    queryFn: ({ signal }) => request<MqttClientList>(apiUrl("clients"), { signal }),
    refetchOnMount: "always",
    refetchInterval: CLIENTS_PERIOD_MS,
  });
}

export function useApiKeys() {
  return useQuery({
    queryKey: ACCESS_KEYS.apiKeys,
    queryFn: ({ signal }) => request<ApiKeyList>(apiUrl("api-keys"), { signal }),
    select: ({ keys }) => keys,
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function useShares() {
  return useQuery({
    queryKey: ACCESS_KEYS.shares,
    queryFn: ({ signal }) => request<ShareList>(apiUrl("shares"), { signal }),
    select: ({ shares }) => shares,
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function useTls() {
  return useQuery({
    queryKey: ACCESS_KEYS.tls,
    queryFn: ({ signal }) => request<TlsStatus>(apiUrl("tls"), { signal }),
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

/** Its checks use the network, which takes a second or two. */
export function useReach() {
  return useQuery({
    queryKey: ACCESS_KEYS.reach,
    queryFn: ({ signal }) => request<ReachStatus>(apiUrl("reach"), { signal }),
    refetchOnMount: "always",
    refetchInterval: REACH_PERIOD_MS,
    meta: SLOW,
  });
}

/** A change to one of the lists, which is then fetched again. */
export function useAccessChange<Input, Answer>(list: AccessList, change: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (answer) => {
      if (ANSWERED.includes(list)) queries.setQueryData(ACCESS_KEYS[list], answer);
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: TRIAL_KEY });
      return queries.invalidateQueries({ queryKey: ACCESS_KEYS[list] });
    },
    gcTime: 0,
  });
}
