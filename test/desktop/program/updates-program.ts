// The part of the app that fetches new versions, in an Electron of its own. A packed app lets nobody change its settings from
// outside; a checkout fetches none, unless it is made to here. It prints each state, and obeys lines of its standard input: an address
// is the new one, `quit` ends it.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { app } from "electron";
import { autoUpdater } from "electron-updater";
import { DesktopLog } from "../../../src/main/desktop-log.ts";
import { Updates } from "../../../src/main/updates/updates.ts";

const { UPDATES_ADDRESS: first = "", UPDATES_FOLDER: folder = "" } = process.env;
let address = first;

autoUpdater.forceDevUpdateConfig = true;
autoUpdater.updateConfigPath = join(folder, "app-update.yml");
const updates = new Updates({
  source: () => ({ address, publicKey: null }),
  stopHub: () => Promise.resolve(),
  log: new DesktopLog(join(folder, "desktop.log")),
});
updates.on("state", (state) => console.log(JSON.stringify(state)));
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "quit") return app.quit();
  address = line;
  updates.addressChanged();
});
void app.whenReady().then(() => updates.start());
