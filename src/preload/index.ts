// The bridge: the only interface of the desktop for the window's page. It runs sandboxed and exposes no Electron object.
import { contextBridge, type IpcRendererEvent, ipcRenderer } from "electron";
import { type BrambleBridge, bridgeChannels } from "../shared/bridge.ts";

const bridge: BrambleBridge = {
  hubState: () => ipcRenderer.invoke(bridgeChannels.hubState),
  onHubState: (listener) => listen(bridgeChannels.hubStateChanged, listener),
  startHub: () => ipcRenderer.invoke(bridgeChannels.startHub),
  saveCsv: (query, suggestedName) => ipcRenderer.invoke(bridgeChannels.saveCsv, query, suggestedName),
  saveFile: (bytes, suggestedName) => ipcRenderer.invoke(bridgeChannels.saveFile, bytes, suggestedName),
  onSaveState: (listener) => listen(bridgeChannels.saveStateChanged, listener),
  cancelSave: () => ipcRenderer.invoke(bridgeChannels.cancelSave),
  desktopSettings: () => ipcRenderer.invoke(bridgeChannels.desktopSettings),
  changeDesktopSettings: (changes) => ipcRenderer.invoke(bridgeChannels.changeDesktopSettings, changes),
  noticeSettings: () => ipcRenderer.invoke(bridgeChannels.noticeSettings),
  changeNotices: (settings) => ipcRenderer.invoke(bridgeChannels.changeNotices, settings),
  updateState: () => ipcRenderer.invoke(bridgeChannels.updateState),
  onUpdateState: (listener) => listen(bridgeChannels.updateStateChanged, listener),
  checkForUpdate: () => ipcRenderer.invoke(bridgeChannels.checkForUpdate),
  installUpdate: () => ipcRenderer.invoke(bridgeChannels.installUpdate),
};

function listen<Message>(channel: string, listener: (message: Message) => void): () => void {
  const forward = (_event: IpcRendererEvent, message: Message) => listener(message);
  ipcRenderer.on(channel, forward);
  return () => ipcRenderer.off(channel, forward);
}

contextBridge.exposeInMainWorld("bramble", bridge);
