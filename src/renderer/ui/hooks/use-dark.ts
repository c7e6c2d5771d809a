// A canvas does not follow the style sheet, so a component that paints one repaints when the colour scheme changes.
import { useSyncExternalStore } from "react";

const dark = matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  dark.addEventListener("change", listener);
  return () => dark.removeEventListener("change", listener);
}

export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => dark.matches);
}
