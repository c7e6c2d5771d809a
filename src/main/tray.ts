// The sign that the hub still runs when no window is open. Where a desktop has no tray, starting Bramble again opens it.
import { app, Menu, Tray } from "electron";
import type { DesktopLog } from "./desktop-log.ts";

export interface TrayActions {
  open(): void;
  quit(): void;
}

export function createTray(icon: string, { open, quit }: TrayActions, log: DesktopLog): void {
  try {
    const tray = new Tray(icon);
    tray.setToolTip("Bramble");
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: "Open Bramble", click: open },
        { type: "separator" },
        { label: "Quit and stop the hub", click: quit },
      ]),
    );
    tray.on("click", open);
    // This also holds on to the tray, which vanishes when it is garbage collected.
    app.once("quit", () => tray.destroy());
  } catch (error) {
    log.warn("This desktop has no tray:", error);
  }
}
