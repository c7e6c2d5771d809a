// Canvases do not follow the style sheet, so whoever paints one has to know when the colours change.
import { useSyncExternalStore } from "react";

const dark = matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  dark.addEventListener("change", listener);
  return () => dark.removeEventListener("change", listener);
}

export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => dark.matches);
}
