// The only place that knows whether this page is the desktop app's window or a tab of a browser.
import type { ExportQuery, LiveTicket } from "../../shared/api.ts";
import type { BrambleBridge, HubState, SaveOutcome } from "../../shared/bridge.ts";
import { apiUrl } from "./client.ts";

declare global {
  interface Window {
    /** Put there by the desktop app's preload script. */
    readonly bramble?: BrambleBridge;
  }
}

const desktop = window.bramble;

/** The desktop's page has no address of its own that a WebSocket could use, so it goes to the hub's port. */
export function liveUrl({ ticket, port }: LiveTicket): URL {
  const path = apiUrl("live", { ticket });
  const url = new URL(path, desktop === undefined ? document.baseURI : `ws://127.0.0.1:${port}`);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

/** Follows the hub's process; only the desktop app has one. Returns a function that ends it. */
export function watchHubState(listener: (state: HubState) => void): () => void {
  if (desktop === undefined) return () => undefined;
  const stop = desktop.onHubState(listener);
  void desktop.hubState().then(listener);
  return stop;
}

/** The browser shows its own progress of a download, and does not tell the page. */
export type ExportOutcome = SaveOutcome | { readonly kind: "handed-over" };

export async function exportCsv(query: ExportQuery, suggestedName: string): Promise<ExportOutcome> {
  if (desktop !== undefined) return desktop.saveCsv(query, suggestedName);
  const link = document.createElement("a");
  link.href = apiUrl("export.csv", query);
  link.download = suggestedName;
  link.click();
  return { kind: "handed-over" };
}
