// The desktop app, a coat around the hub. The order: claim the scheme and the single instance; when Electron is ready lock
// down the session, start the hub, open the window. Only quitting stops the hub; closing the window does not.
import { join } from "node:path";
import { app, session } from "electron";
import { bridgeChannels } from "../shared/bridge.ts";
import { answerPage } from "./answer-page.ts";
import { registerAppScheme, serveApp } from "./app-protocol.ts";
import { startHubChild } from "./hub-child.ts";
import { HubProcess } from "./hub-process.ts";
import { setMenu } from "./menu.ts";
import { lockDown } from "./security.ts";
import { createTray } from "./tray.ts";
import { MainWindow } from "./window.ts";

app.setName("Bramble");
registerAppScheme();

if (app.requestSingleInstanceLock()) {
  runApp();
} else {
  app.quit();
}

function runApp(): void {
  const home = app.getAppPath();
  const userData = app.getPath("userData");
  /** `npm run dev` has the hub from its sources and the page from Vite. */
  const dev: NodeJS.ProcessEnv = app.isPackaged ? {} : process.env;
  // The hub's files are unpacked from the archive, so that any Node can run them.
  const builtHub = join(home.replace(/app\.asar$/, "app.asar.unpacked"), "out", "hub", "serve.js");
  const hubEntry = dev["BRAMBLE_HUB"] ?? builtHub;
  // No folder is named: the hub keeps its data where it would without this app.
  const hub = new HubProcess((onMessage) => startHubChild(hubEntry, onMessage));
  const window = new MainWindow({
    preload: join(home, "out", "preload", "index.cjs"),
    icon: join(home, "resources", "icon.png"),
    placeFile: join(userData, "window.json"),
  });
  /** Asking for the window is also asking a failed hub to try again. */
  const open = () => {
    hub.start();
    window.open();
  };

  hub.on("state", (state) => window.send(bridgeChannels.hubStateChanged, state));
  app.on("second-instance", open);
  app.on("activate", open);
  // Having a listener at all keeps the app, and with it the hub, running.
  app.on("window-all-closed", () => undefined);

  app.on("will-quit", (event) => {
    event.preventDefault();
    void hub.stop().then(() => app.exit());
  });

  void app.whenReady().then(() => {
    lockDown(session.defaultSession);
    serveApp(dev["ELECTRON_RENDERER_URL"] ?? join(home, "out", "renderer"), () => hub.endpoint);
    answerPage(hub);
    setMenu();
    createTray(join(home, "resources", "tray.png"), { open, quit: () => app.quit() });
    open();
  });
}
