// The main process's end of the bridge. Every question is checked to come from our own page before it is answered.
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from "electron";
import { bridgeChannels } from "../shared/bridge.ts";
import { appOrigin } from "./app-protocol.ts";
import type { HubProcess } from "./hub-process.ts";
import type { CsvSaver } from "./save-csv.ts";

export function answerPage(hub: HubProcess, saver: CsvSaver): void {
  ipcMain.handle(bridgeChannels.hubState, (event) => {
    ownWindow(event);
    return hub.state;
  });
  ipcMain.handle(bridgeChannels.startHub, (event) => {
    ownWindow(event);
    hub.start();
  });
  ipcMain.handle(bridgeChannels.saveCsv, (event, query, suggestedName) =>
    saver.save(ownWindow(event), query, suggestedName),
  );
  ipcMain.handle(bridgeChannels.cancelSave, (event) => {
    ownWindow(event);
    return saver.cancel();
  });
}

/** The window that asks; throws when its page is not ours. */
function ownWindow(event: IpcMainInvokeEvent): BrowserWindow {
  const window = BrowserWindow.fromWebContents(event.sender);
  const origin = event.senderFrame?.origin;
  if (origin !== appOrigin || window === null) throw new Error(`${origin} may not ask this`);
  return window;
}
