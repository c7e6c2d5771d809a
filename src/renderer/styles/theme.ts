// The light or dark theme: the system's, or the person's choice. It is an attribute of the document's root, which tokens.css uses.
// With forced colours the system's theme applies: lines and marks that keep our colours must be visible on its background.
import { useSyncExternalStore } from "react";

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = "theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const forcedColours = matchMedia("(forced-colors: active)");
const listeners = new Set<() => void>();

export const isTheme = (name: string | null | undefined): name is Theme => THEMES.some((theme) => theme === name);

/** Null for the system's theme, and without local storage. */
export function chosenTheme(): Theme | null {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    return isTheme(chosen) ? chosen : null;
  } catch {
    return null;
  }
}

/** Null selects the system's theme. */
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
