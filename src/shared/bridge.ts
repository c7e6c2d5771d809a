// The interface of the desktop app for its window. In a browser there is no bridge.
import type { ExportQuery } from "./api.ts";
import type { AnyMessage } from "./messages/message.ts";
import type { NoticeSettings } from "./notices/notices.ts";

export type HubState =
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  /** The hub died; the shell starts it again at `retryAtMs`. */
  | { readonly kind: "restarting"; readonly reason: AnyMessage; readonly retryAtMs: number }
  /** The hub cannot run until the person does something. */
  | { readonly kind: "failed"; readonly reason: AnyMessage };

export type SaveOutcome =
  | { readonly kind: "saved"; readonly path: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "failed"; readonly reason: string };

/** What is on its way into a file; `bytes` are in it. */
export type SaveState = SaveOutcome | { readonly kind: "saving"; readonly path: string; readonly bytes: number };

/** What the desktop app does on this computer. */
export interface DesktopSettings {
  readonly atLogin: boolean;
  readonly keepAwake: boolean;
  readonly tray: boolean;
  /** The URL of a folder with updates of the app; empty: no checks. */
  readonly updateAddress: string;
}

/** New versions of the app. */
export type UpdateState =
  | { readonly kind: "off" | "checking" }
  | { readonly kind: "current"; readonly version: string }
  | { readonly kind: "downloading"; readonly version: string }
  /** It is installed when the app quits, or on request. */
  | { readonly kind: "ready"; readonly version: string }
  /** address: it is none that is safe. not-installed: this app was not installed by what it could install. */
  | { readonly kind: "failed"; readonly reason: "address" | "server" | "not-installed" };

export interface BrambleBridge {
  hubState(): Promise<HubState>;
  /** Calls back on every change; returns a function that ends it. */
  onHubState(listener: (state: HubState) => void): () => void;
  /** Tries again to start a hub that failed. */
  startHub(): Promise<void>;
  /** Shows the save dialog, then streams `export.csv` of the query to the file. */
  saveCsv(query: ExportQuery, suggestedName: string): Promise<SaveOutcome>;
  /** The same for a file that the page made. */
  saveFile(bytes: Uint8Array<ArrayBuffer>, suggestedName: string): Promise<SaveOutcome>;
  /** Calls back while a file is saved and when that ends; returns a function that ends it. */
  onSaveState(listener: (state: SaveState) => void): () => void;
  /** Cancels what is being saved and deletes its partial file. */
  cancelSave(): Promise<void>;
  desktopSettings(): Promise<DesktopSettings>;
  /** Resolves with what is in force then; rejects where it cannot be saved, and nothing has changed. */
  changeDesktopSettings(changes: Partial<DesktopSettings>): Promise<DesktopSettings>;
  /** The notices that are shown while the window is not focused. */
  noticeSettings(): Promise<NoticeSettings>;
  /** Rejects where they cannot be saved, and nothing has changed. */
  changeNotices(settings: NoticeSettings): Promise<NoticeSettings>;
  updateState(): Promise<UpdateState>;
  /** Calls back on every change; returns a function that ends it. */
  onUpdateState(listener: (state: UpdateState) => void): () => void;
  /** Checks for updates now. */
  checkForUpdate(): Promise<void>;
  /** Stops the hub, puts a version that is ready in place, and starts it. */
  installUpdate(): Promise<void>;
}

/** The IPC channels of the window. */
export const bridgeChannels = {
  hubState: "bramble:hub-state",
  hubStateChanged: "bramble:hub-state-changed",
  startHub: "bramble:start-hub",
  saveCsv: "bramble:save-csv",
  saveFile: "bramble:save-file",
  saveStateChanged: "bramble:save-state-changed",
  cancelSave: "bramble:cancel-save",
  desktopSettings: "bramble:desktop-settings",
  changeDesktopSettings: "bramble:change-desktop-settings",
  noticeSettings: "bramble:notice-settings",
  changeNotices: "bramble:change-notices",
  updateState: "bramble:update-state",
  updateStateChanged: "bramble:update-state-changed",
  checkForUpdate: "bramble:check-for-update",
  installUpdate: "bramble:install-update",
} as const;
