// Light or dark: as the system is, or as a person chose. It is written on the document's root, where tokens.css looks for it. Where
// the system forces colours of its own, it counts alone: the lines and marks that keep ours have to be seen on its background.
import { useSyncExternalStore } from "react";

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = "theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const forcedColours = matchMedia("(forced-colors: active)");
const listeners = new Set<() => void>();

export const isTheme = (name: string | null | undefined): name is Theme => THEMES.some((theme) => theme === name);

/** Null while the system's counts, and where the browser lets the page keep nothing. */
export function chosenTheme(): Theme | null {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    return isTheme(chosen) ? chosen : null;
  } catch {
    return null;
  }
}

/** Null goes back to the system's. */
export function chooseTheme(chosen: Theme | null): void {
  if (chosen === null) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, chosen);
  showTheme();
}

/** Call it before the first thing is drawn; the system's change is followed from then on. */
export function followTheme(): void {
  showTheme();
  for (const query of [systemDark, forcedColours]) query.addEventListener("change", showTheme);
}

function showTheme(): void {
  document.documentElement.dataset["theme"] = presentTheme();
  for (const listener of listeners) listener();
}

function presentTheme(): Theme {
  const ofSystem = systemDark.matches ? "dark" : "light";
  return forcedColours.matches ? ofSystem : (chosenTheme() ?? ofSystem);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, presentTheme);
}
