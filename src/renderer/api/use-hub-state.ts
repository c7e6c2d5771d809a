// The state of the hub's process; in a browser, which cannot observe it, always `running`.
import { useEffect, useState } from "react";
import type { HubState } from "../../shared/bridge.ts";
import { hubSentence } from "./hub-sentence.ts";
import { watchHubState } from "./platform.ts";

/** For display: `reason` is a sentence in the window's language. */
export type ShownHubState =
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "restarting"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export function useHubState(): ShownHubState {
  const [shown, setShown] = useState<ShownHubState>({ kind: "running" });
  useEffect(() => {
    let newest: HubState | null = null;
    return watchHubState(async (state) => {
      newest = state;
      const next = "reason" in state ? { kind: state.kind, reason: await hubSentence(state.reason) } : state;
      // The state may have changed while the sentences were loading.
      if (newest === state) setShown(next);
    });
  }, []);
  return shown;
}
