// The state of the hub's process: always `running` in a browser, which cannot know it.
import { useEffect, useState } from "react";
import type { HubState } from "../../shared/bridge.ts";
import { watchHubState } from "./platform.ts";

export function useHubState(): HubState {
  const [state, setState] = useState<HubState>({ kind: "running" });
  useEffect(() => watchHubState(setState), []);
  return state;
}
