// Loads pages in chunks. If the hub is unreachable when a page is opened, the page waits for it, then reloads the window: the browser
// caches failed imports, and an updated hub has other chunks. The address stays.
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { apiUrl } from "../api/client.ts";

const PAUSE_MS = 1_000;
const RELOADED_KEY = "reloaded-for-a-page";
/** Of two reloads: a file that is missing for good is an error of the page. */
const MIN_RELOAD_PERIOD_MS = 30_000;

export function lazyPage<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      await hubAnswers();
      if (hasJustReloaded()) throw error;
      location.reload();
      return new Promise<never>(() => undefined);
    }
  });
}

/** Any response means that the hub is reachable. */
async function hubAnswers(): Promise<void> {
  for (;;) {
    try {
      await fetch(apiUrl("hub"), { signal: AbortSignal.timeout(10 * PAUSE_MS) });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Stores the time. True, too, without session storage. */
function hasJustReloaded(): boolean {
  try {
    const beforeMs = Number(sessionStorage.getItem(RELOADED_KEY) ?? 0);
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
    return Date.now() - beforeMs < MIN_RELOAD_PERIOD_MS;
  } catch {
    return true;
  }
}
