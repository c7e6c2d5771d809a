// The queries and mutations of the settings page: the hub's own settings, its backups, how its data grows, its set-up as a file,
// and a network change on trial.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Retention } from "../../shared/api.ts";
import type { SignInLink } from "../../shared/security/access.ts";
import type { BackupChanges, BackupStatus } from "../../shared/settings/backups.ts";
import type {
  HubSettings,
  HubSettingsChanges,
  StorageStatus,
  TrialStatus,
} from "../../shared/settings/hub-settings.ts";
import type { SetUpFile, SetUpOutcome } from "../../shared/settings/set-up.ts";
import { ON_TRIAL, OTHERS_PERIOD_MS, TRIAL_KEY } from "./access.ts";
import { apiUrl, LONG_REQUEST_TIMEOUT_MS, patch, post, put, request } from "./client.ts";
import { QUERY_KEYS } from "./queries.ts";

const RUNNING_PERIOD_MS = 1_000;
const IDLE_PERIOD_MS = 60_000;
const TRIAL_PERIOD_MS = 5_000;

const KEYS = {
  settings: ["settings"],
  backups: ["backups"],
  storage: ["storage"],
  retention: ["retention"],
  trial: TRIAL_KEY,
} as const;

export function useHubSettings() {
  return useQuery({
    queryKey: KEYS.settings,
    queryFn: ({ signal }) => request<HubSettings>(apiUrl("settings"), { signal }),
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

export function useBackups() {
  return useQuery({
    queryKey: KEYS.backups,
    queryFn: ({ signal }) => request<BackupStatus>(apiUrl("backups"), { signal }),
    refetchOnMount: "always",
    refetchInterval: ({ state }) => ((state.data?.running ?? null) === null ? IDLE_PERIOD_MS : RUNNING_PERIOD_MS),
  });
}

export function useStorage() {
  return useQuery({
    queryKey: KEYS.storage,
    queryFn: ({ signal }) => request<StorageStatus>(apiUrl("storage"), { signal }),
    refetchOnMount: "always",
    refetchInterval: IDLE_PERIOD_MS,
  });
}

export function useRetention() {
  return useQuery({
    queryKey: KEYS.retention,
    queryFn: ({ signal }) => request<Retention>(apiUrl("retention"), { signal }),
    refetchOnMount: "always",
    refetchInterval: OTHERS_PERIOD_MS,
  });
}

/** Queried for administrators only. */
export function useTrial(isAdmin: boolean) {
  return useQuery({
    queryKey: KEYS.trial,
    queryFn: ({ signal }) => request<TrialStatus>(apiUrl("trial"), { signal }),
    enabled: isAdmin,
    refetchInterval: ({ state }) => ((state.data?.trial ?? null) === null ? false : TRIAL_PERIOD_MS),
  });
}

/** A mutation whose response replaces the cached query. Without one the change may have been made all the same. */
function useChange<Input, Answer>(key: readonly string[], change: (input: Input) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    // One after the other, so that the answer to the last is the last.
    scope: { id: key.join("/") },
    onSuccess: async (answer) => {
      // One that is on its way may be older.
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, answer);
    },
    onError: () => void queries.invalidateQueries({ queryKey: key }),
    // The hub's name and address are shown elsewhere, too.
    onSettled: () => void queries.invalidateQueries({ queryKey: QUERY_KEYS.hub }),
    gcTime: 0,
  });
}

export const useSettingsChange = () =>
  useChange(KEYS.settings, (changes: HubSettingsChanges) => patch<HubSettings>(apiUrl("settings"), changes));

export const useBackupChange = () =>
  useChange(KEYS.backups, (changes: BackupChanges) => patch<BackupStatus>(apiUrl("backups"), changes));

export const useMakeBackup = () => useChange(KEYS.backups, () => post<BackupStatus>(apiUrl("backups"), {}));

export const useRestore = () =>
  useChange(KEYS.backups, (name: string) =>
    post<BackupStatus>(apiUrl(`backups/${encodeURIComponent(name)}/restore`), {}),
  );

/** What becomes of the rules as they are by then: what others set meanwhile stays. */
export type RetentionChange = (rules: Retention["rules"]) => Retention["rules"];

export const useRetentionChange = () =>
  useChange(KEYS.retention, async (change: RetentionChange) => {
    const { rules } = await request<Retention>(apiUrl("retention"));
    return put<Retention>(apiUrl("retention"), { rules: change(rules) });
  });

export const useTrialEnd = () =>
  useChange(KEYS.trial, (end: "keep" | "undo") => post<TrialStatus>(apiUrl(`trial/${end}`), {}));

export const makeSignInLink = (): Promise<SignInLink> => post(apiUrl("session/link"), {});

export const exportSetUp = (): Promise<SetUpFile> => request(apiUrl("set-up"));

export function applySetUp(file: unknown, isDryRun: boolean): Promise<SetUpOutcome> {
  const query = isDryRun ? { dryRun: "true" } : ON_TRIAL;
  return put(apiUrl("set-up", query), Object(file), LONG_REQUEST_TIMEOUT_MS);
}
