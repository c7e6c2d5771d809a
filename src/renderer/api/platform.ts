// The only file that knows whether the page runs in the desktop app's window or in a browser's tab.
import type { ExportQuery, LiveTicket } from "../../shared/api.ts";
import type { BrambleBridge, HubState, SaveOutcome } from "../../shared/bridge.ts";
import { apiUrl } from "./client.ts";

declare global {
  interface Window {
    /** Set by the desktop app's preload script; undefined in a browser. */
    readonly bramble?: BrambleBridge;
  }
}

const desktop = window.bramble;

/** The desktop's page has the origin `bramble://app`, which no WebSocket can connect to, so it uses the hub's port. */
export function liveUrl({ ticket, port }: LiveTicket): URL {
  const path = apiUrl("live", { ticket });
  const url = new URL(path, desktop === undefined ? document.baseURI : `ws://127.0.0.1:${port}`);
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

/** `handed-over`: the browser downloads by itself and does not report the outcome. */
export type ExportOutcome = SaveOutcome | { readonly kind: "handed-over" };

export async function exportCsv(query: ExportQuery, suggestedName: string): Promise<ExportOutcome> {
  if (desktop !== undefined) return desktop.saveCsv(query, suggestedName);
  const link = document.createElement("a");
  link.href = apiUrl("export.csv", query);
  link.download = suggestedName;
  link.click();
  return { kind: "handed-over" };
}
