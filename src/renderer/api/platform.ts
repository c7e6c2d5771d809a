// The only file that knows whether the page runs in the desktop app's window or in a browser's tab.
import type { ExportQuery, LiveTicket } from "../../shared/api.ts";
import type { BrambleBridge, HubState, SaveState } from "../../shared/bridge.ts";
import { apiUrl } from "./client.ts";

declare global {
  interface Window {
    /** Set by the desktop app's preload script; undefined in a browser. */
    readonly bramble?: BrambleBridge;
  }
}

const desktop = window.bramble;

/** The desktop's page has the origin `bramble://app`, which no WebSocket can connect to, so it uses the hub's port. */
export function liveUrl({ ticket, port, basePath }: LiveTicket): URL {
  const path = apiUrl("live", { ticket });
  const url = new URL(path, desktop === undefined ? document.baseURI : `ws://127.0.0.1:${port}${basePath}/`);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/** Follows the hub's process, which only the desktop app knows. Returns a function that unsubscribes. */
export function watchHubState(listener: (state: HubState) => void): () => void {
  if (desktop === undefined) return () => undefined;
  const stop = desktop.onHubState(listener);
  void desktop.hubState().then(listener);
  return stop;
}

/** Tries again to start a hub that failed, which only the desktop app can. */
export function startHub(): void {
  void desktop?.startHub();
}

/** Follows the desktop app as it saves an export; a browser downloads by itself. Returns a function that unsubscribes. */
export function watchSaveState(listener: (state: SaveState) => void): () => void {
  return desktop?.onSaveState(listener) ?? (() => undefined);
}

export function cancelSave(): void {
  void desktop?.cancelSave();
}

/** The desktop app asks where to save, and tells `watchSaveState` how it goes. */
export function exportCsv(query: ExportQuery, suggestedName: string): void {
  if (desktop !== undefined) {
    void desktop.saveCsv(query, suggestedName);
    return;
  }
  const link = document.createElement("a");
  link.href = apiUrl("export.csv", query);
  link.download = suggestedName;
  link.click();
}
