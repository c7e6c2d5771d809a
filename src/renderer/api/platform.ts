// The only file that knows whether the page runs in the desktop app's window or in a browser's tab.
import type { ExportQuery, HubInfo, LiveTicket } from "../../shared/api.ts";
import type { BrambleBridge, DesktopSettings, HubState, SaveState, UpdateState } from "../../shared/bridge.ts";
import { BYTE_ORDER_MARK } from "../../shared/byte-order-mark.ts";
import type { NoticeSettings } from "../../shared/notices/notices.ts";
import { apiUrl, requestBytes } from "./client.ts";

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

/** The page to try the API. The desktop app's window shows nothing but the app: there it opens in the person's browser. */
export function apiDocsUrl({ httpPort, basePath = "" }: Pick<HubInfo, "httpPort" | "basePath">): string {
  return desktop === undefined ? "api/docs" : `http://127.0.0.1:${httpPort}${basePath}/api/docs`;
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

/** Subscribes to the desktop app's progress in saving a file; a browser downloads by itself. Returns a function that unsubscribes. */
export function watchSaveState(listener: (state: SaveState) => void): () => void {
  return desktop?.onSaveState(listener) ?? (() => undefined);
}

export function cancelSave(): void {
  void desktop?.cancelSave();
}

/** The desktop app's notification settings; null in a browser. */
export const desktopNotices =
  desktop === undefined
    ? null
    : {
        settings: (): Promise<NoticeSettings> => desktop.noticeSettings(),
        change: (settings: NoticeSettings): Promise<NoticeSettings> => desktop.changeNotices(settings),
      };

/** New versions of the desktop app; null in a browser. */
export const desktopUpdates =
  desktop === undefined
    ? null
    : {
        /** Calls back with the state now and on every change; returns a function that ends it. */
        watch(listener: (state: UpdateState) => void): () => void {
          const stop = desktop.onUpdateState(listener);
          void desktop.updateState().then(listener);
          return stop;
        },
        check: () => void desktop.checkForUpdate(),
        install: () => void desktop.installUpdate(),
      };

/** A larger file is downloaded by the browser, which streams it to the disk. */
const MAX_ROWS_IN_MEMORY = 2_000_000;
const LINE_END = 0x0a;

export interface SavedFile {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Resolves once the file is complete; with null where the desktop app saves it, which reports to `watchSaveState`, or the browser
 * downloads it, for very many rows. Rejects with the hub's error.
 */
export async function exportCsv(query: ExportQuery, suggestedName: string, rows: number): Promise<SavedFile | null> {
  if (desktop !== undefined) {
    void desktop.saveCsv(query, suggestedName);
    return null;
  }
  const url = apiUrl("export.csv", query);
  if (rows > MAX_ROWS_IN_MEMORY) {
    offer(url, suggestedName);
    return null;
  }
  const bytes = await requestBytes(url);
  const mark = query.time === "spreadsheet" ? BYTE_ORDER_MARK : "";
  const written = new Blob([mark, bytes], { type: "text/csv" });
  await offerFile(written, suggestedName);
  // The first line is the header.
  const lines = bytes.reduce((count, byte) => (byte === LINE_END ? count + 1 : count), 0);
  return { rows: Math.max(0, lines - 1), bytes: written.size };
}

/** Lets the person save a file that the page made. The desktop app reports to `watchSaveState`. */
export async function offerFile(file: Blob, suggestedName: string): Promise<void> {
  if (desktop !== undefined) {
    await desktop.saveFile(new Uint8Array(await file.arrayBuffer()), suggestedName);
    return;
  }
  const url = URL.createObjectURL(file);
  offer(url, suggestedName);
  URL.revokeObjectURL(url);
}

/** Whether this is the desktop app's window. */
export const isDesktop = desktop !== undefined;

/** Null in a browser. */
export async function desktopSettings(): Promise<DesktopSettings | null> {
  return (await desktop?.desktopSettings()) ?? null;
}

export async function changeDesktopSettings(changes: Partial<DesktopSettings>): Promise<DesktopSettings | null> {
  return (await desktop?.changeDesktopSettings(changes)) ?? null;
}

function offer(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
