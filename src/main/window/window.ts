// The single window. Closing it does not stop the hub; open() creates a new one.
import { BrowserWindow, nativeTheme, screen } from "electron";
import { APP_ORIGIN } from "../app-protocol.ts";
import { APP_PARTITION } from "../app-session.ts";
import type { DesktopLog } from "../desktop-log.ts";
import { bringWithinReach, smallestAt, WindowPlace } from "./window-place.ts";

/** One that dies as soon as it is loaded is not loaded without end. */
const RELOAD_AFTER_MS = 1_000;

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** The file that keeps where the window was. */
  readonly placeFile: string;
  readonly onClosed: () => void;
  /** Whether a page that asks to stay, since it has not finished, may be left. */
  readonly mayLeave: (window: BrowserWindow) => boolean;
  readonly log: DesktopLog;
}

export class MainWindow {
  readonly #options: MainWindowOptions;
  readonly #place: WindowPlace;
  #window: BrowserWindow | undefined;
  #attention = 0;

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

  get isFocused(): boolean {
    return this.#window?.isFocused() === true;
  }

  /** Shows in the title how many devices need attention. */
  showAttention(count: number): void {
    this.#attention = count;
    const window = this.#window;
    if (window !== undefined) window.setTitle(this.#titled(window.webContents.getTitle()));
  }

  /** Shows the window, above the others; at a link of the page where one is named. */
  open(link?: string): void {
    if (this.#window === undefined) {
      this.#window = this.#create(link);
      return;
    }
    // Where it is there already, loading it would be loading the page anew, with what is typed in it.
    if (link !== undefined && !this.#window.webContents.getURL().endsWith(`/${link}`)) this.#load(this.#window, link);
    if (this.#window.isMinimized()) this.#window.restore();
    bringWithinReach(this.#window);
    this.#window.show();
    this.#window.focus();
  }

  /** Sends a message to our page, if it is there. */
  send(channel: string, message: unknown): void {
    const contents = this.#window?.webContents;
    if (contents === undefined || contents.isCrashed()) return;
    if (contents.mainFrame.origin === APP_ORIGIN) contents.send(channel, message);
  }

  #create(link = ""): BrowserWindow {
    const { preload, icon, onClosed, mayLeave } = this.#options;
    const { bounds, maximized } = this.#place.load();
    const [minWidth, minHeight] = smallestAt(bounds);
    const window = new BrowserWindow({
      ...bounds,
      minWidth,
      minHeight,
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
    window.on("page-title-updated", (event, title) => {
      event.preventDefault();
      window.setTitle(this.#titled(title));
    });
    // Electron asks nobody: the window, and an app that shall quit, would stay without a word.
    window.webContents.on("will-prevent-unload", (event) => {
      if (mayLeave(window)) event.preventDefault();
    });
    window.webContents.on("render-process-gone", (_event, { reason }) => this.#revive(window, reason));
    window.on("closed", () => {
      this.#window = undefined;
      onClosed();
    });
    this.#load(window, link);
    return window;
  }

  /** A page whose process is gone would be an empty window for as long as it is open. */
  #revive(window: BrowserWindow, reason: string): void {
    this.#options.log.error(`The page is gone (${reason}), and is loaded anew.`);
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, RELOAD_AFTER_MS);
  }

  #load(window: BrowserWindow, link: string): void {
    const { log } = this.#options;
    window.loadURL(`${APP_ORIGIN}/${link}`).catch((error: unknown) => log.error("The page did not load:", error));
  }

  #titled(title: string): string {
    return this.#attention > 0 ? `(${this.#attention}) ${title}` : title;
  }
}
