// The state of the hub's process: always `running` in a browser, which cannot know it.
import { useEffect, useState } from "react";
import type { HubState } from "../../shared/bridge.ts";
import { hubSentence } from "./hub-sentence.ts";
import { watchHubState } from "./platform.ts";

/** As it is shown: `reason` is a sentence in the window's language. */
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
      // A later state may have come while the sentences were loaded.
      if (newest === state) setShown(next);
    });
  }, []);
  return shown;
}
