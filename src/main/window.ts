// The one window. Closing it ends only the window: the hub goes on, and open() brings a new one.
import { BrowserWindow, nativeTheme } from "electron";
import { appOrigin } from "./app-protocol.ts";
import { loadPlace, savePlace, smallest } from "./window-place.ts";

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** The file that keeps where the window was. */
  readonly placeFile: string;
}

export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  /** Shows the window, above the others. */
  open(): void {
    if (this.#window === undefined) {
      this.#window = this.#create();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Tells the page, if there is one. */
  send(channel: string, message: unknown): void {
    this.#window?.webContents.send(channel, message);
  }

  #create(): BrowserWindow {
    const { preload, icon, placeFile } = this.#options;
    const { bounds, maximized } = loadPlace(placeFile);
    const window = new BrowserWindow({
      ...smallest,
      ...bounds,
      title: "Bramble",
      icon,
      show: false,
      autoHideMenuBar: true,
      // The page's own, so that nothing flashes before it is drawn.
      backgroundColor: nativeTheme.shouldUseDarkColors ? "#151314" : "#f6f5f3",
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        // Its dictionaries would be fetched from the internet.
        spellcheck: false,
      },
    });
    window.once("ready-to-show", () => {
      if (maximized) window.maximize();
      window.show();
    });
    window.on("close", () => savePlace(placeFile, window));
    window.on("closed", () => {
      this.#window = undefined;
    });
    window.loadURL(`${appOrigin}/`).catch((error: unknown) => console.error("The page did not load:", error));
    return window;
  }
}
