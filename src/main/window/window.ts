// The one window. Closing it ends only the window: the hub goes on, and open() brings a new one.
import { BrowserWindow, nativeTheme, screen } from "electron";
import { appOrigin } from "../app-protocol.ts";
import { APP_PARTITION } from "../app-session.ts";
import type { DesktopLog } from "../desktop-log.ts";
import { bringWithinReach, WindowPlace } from "./window-place.ts";

const SMALLEST = { minWidth: 800, minHeight: 600 };

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** The file that keeps where the window was. */
  readonly placeFile: string;
  readonly log: DesktopLog;
}

export class MainWindow {
  readonly #options: MainWindowOptions;
  readonly #place: WindowPlace;
  #window: BrowserWindow | undefined;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    this.#place = new WindowPlace(options.placeFile, options.log);
  }

  /** After `ready`: brings the window back when its screen is taken away. */
  followScreens(): void {
    const keepWithinReach = () => {
      if (this.#window !== undefined) bringWithinReach(this.#window);
    };
    screen.on("display-removed", keepWithinReach);
    screen.on("display-metrics-changed", keepWithinReach);
  }

  /** Shows the window, above the others. */
  open(): void {
    if (this.#window === undefined) {
      this.#window = this.#create();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    bringWithinReach(this.#window);
    this.#window.show();
    this.#window.focus();
  }

  /** Tells our page, if it is there. */
  send(channel: string, message: unknown): void {
    const contents = this.#window?.webContents;
    if (contents?.mainFrame.origin === appOrigin) contents.send(channel, message);
  }

  #create(): BrowserWindow {
    const { preload, icon, log } = this.#options;
    const { bounds, maximized } = this.#place.load();
    const window = new BrowserWindow({
      ...SMALLEST,
      ...bounds,
      title: "Bramble",
      icon,
      show: false,
      autoHideMenuBar: true,
      // The page's own, so that nothing flashes before it is drawn.
      backgroundColor: nativeTheme.shouldUseDarkColors ? "#151314" : "#f6f5f3",
      webPreferences: {
        preload,
        partition: APP_PARTITION,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        // Its dictionaries would be fetched from the internet.
        spellcheck: false,
      },
    });
    this.#place.saveOnClose(window, bounds);
    window.once("ready-to-show", () => {
      if (maximized) window.maximize();
      window.show();
    });
    window.on("closed", () => {
      this.#window = undefined;
    });
    window.loadURL(`${appOrigin}/`).catch((error: unknown) => log.error("The page did not load:", error));
    return window;
  }
}
