// The main process's side of the bridge. Each call passes `answer`, which checks first that the sender is our own page.
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from "electron";
import { Value } from "typebox/value";
import { type BrambleBridge, bridgeChannels } from "../shared/bridge.ts";
import { NoticeSettings } from "../shared/notices/notices.ts";
import { APP_ORIGIN } from "./app-protocol.ts";
import type { HubProcess } from "./hub-process.ts";
import type { Notices } from "./notices/notices.ts";
import type { FileSaver } from "./save-file.ts";
import type { DesktopPreferences } from "./settings/desktop-settings.ts";
import type { Updates } from "./updates/updates.ts";

export interface PageAnswers {
  readonly hub: HubProcess;
  readonly saver: FileSaver;
  readonly preferences: DesktopPreferences;
  readonly notices: Notices;
  readonly updates: Updates;
}

export function answerPage({ hub, saver, preferences, notices, updates }: PageAnswers): void {
  answer("hubState", () => hub.state);
  answer("startHub", () => hub.start());
  answer("saveCsv", (window, query, suggestedName) => saver.saveExport(window, query, suggestedName));
  answer("saveFile", (window, bytes, suggestedName) => {
    if (!(bytes instanceof Uint8Array)) throw new Error("a file is bytes");
    return saver.saveBytes(window, bytes, suggestedName);
  });
  answer("cancelSave", () => saver.cancel());
  answer("desktopSettings", () => preferences.settings);
  answer("changeDesktopSettings", (_window, changes) => preferences.change(changes));
  answer("noticeSettings", () => notices.settings);
  answer("changeNotices", (_window, settings) => notices.changeSettings(Value.Parse(NoticeSettings, settings)));
  answer("updateState", () => updates.state);
  answer("checkForUpdate", () => updates.check());
  answer("installUpdate", () => updates.install());
}

type Question =
  | "hubState"
  | "startHub"
  | "saveCsv"
  | "saveFile"
  | "cancelSave"
  | "desktopSettings"
  | "changeDesktopSettings"
  | "noticeSettings"
  | "changeNotices"
  | "updateState"
  | "checkForUpdate"
  | "installUpdate";
type Answer<Q extends Question> = Awaited<ReturnType<BrambleBridge[Q]>>;

function answer<Q extends Question>(
  question: Q,
  give: (window: BrowserWindow, ...args: Parameters<BrambleBridge[Q]>) => Answer<Q> | Promise<Answer<Q>>,
): void {
  ipcMain.handle(bridgeChannels[question], (event, ...args: Parameters<BrambleBridge[Q]>) =>
    give(ownWindow(event), ...args),
  );
}

/** The window of the sender; throws where the sender is not its main page, or not our page. */
function ownWindow({ sender, senderFrame }: IpcMainInvokeEvent): BrowserWindow {
  const window = BrowserWindow.fromWebContents(sender);
  if (window === null || senderFrame?.origin !== APP_ORIGIN || senderFrame.parent !== null)
    throw new Error(`${senderFrame?.origin} may not ask this`);
  return window;
}
