// The sign that the hub still runs when no window is open. Where a desktop has no tray, starting Bramble again opens it.
import { app, Menu, Tray } from "electron";
import type { DesktopLog } from "./desktop-log.ts";

export interface TrayActions {
  open(): void;
  quit(): void;
}

export class HubTray {
  readonly #icon: string;
  readonly #actions: TrayActions;
  readonly #log: DesktopLog;
  /** Holding on to it keeps it: it vanishes when it is garbage collected. */
  #tray: Tray | null = null;

  constructor(icon: string, actions: TrayActions, log: DesktopLog) {
    this.#icon = icon;
    this.#actions = actions;
    this.#log = log;
    app.once("quit", () => this.show(false));
  }

  show(isShown: boolean): void {
    if (isShown === (this.#tray !== null)) return;
    this.#tray?.destroy();
    this.#tray = isShown ? this.#create() : null;
  }

  #create(): Tray | null {
    const { open, quit } = this.#actions;
    try {
      const tray = new Tray(this.#icon);
      tray.setToolTip("Bramble");
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: "Open Bramble", click: open },
          { type: "separator" },
          { label: "Quit and stop the hub", click: quit },
        ]),
      );
      tray.on("click", open);
      return tray;
    } catch (error) {
      this.#log.warn("This desktop has no tray:", error);
      return null;
    }
  }
}
