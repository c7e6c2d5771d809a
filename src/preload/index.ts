// The bridge: all that the window's page may ask of the desktop. It runs sandboxed and hands over no Electron object.
import { contextBridge, type IpcRendererEvent, ipcRenderer } from "electron";
import { type BrambleBridge, bridgeChannels, type HubState } from "../shared/bridge.ts";

const bridge: BrambleBridge = {
  hubState: () => ipcRenderer.invoke(bridgeChannels.hubState),
  onHubState(listener) {
    const forward = (_event: IpcRendererEvent, state: HubState) => listener(state);
    ipcRenderer.on(bridgeChannels.hubStateChanged, forward);
    return () => ipcRenderer.off(bridgeChannels.hubStateChanged, forward);
  },
  saveCsv: (query, suggestedName) => ipcRenderer.invoke(bridgeChannels.saveCsv, query, suggestedName),
};

contextBridge.exposeInMainWorld("bramble", bridge);
