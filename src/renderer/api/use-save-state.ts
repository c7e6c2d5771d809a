// The export that the desktop app saves at the moment, or how the last one ended; undefined in a browser.
import { useEffect, useState } from "react";
import type { SaveState } from "../../shared/bridge.ts";
import { watchSaveState } from "./platform.ts";

export function useSaveState(): SaveState | undefined {
  const [state, setState] = useState<SaveState>();
  useEffect(() => watchSaveState(setState), []);
  return state;
}
