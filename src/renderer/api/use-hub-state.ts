// How the hub's process is doing, as far as the page can know.
import { useEffect, useState } from "react";
import type { HubState } from "../../shared/bridge.ts";
import { watchHubState } from "./platform.ts";

export function useHubState(): HubState {
  const [state, setState] = useState<HubState>({ kind: "running" });
  useEffect(() => watchHubState(setState), []);
  return state;
}
