// The tray icon, which shows that the hub runs without a window, with a badge while a device or the hub itself needs attention. On a
// desktop without a tray, starting Bramble again opens the window.
import { app, Menu, type NativeImage, nativeImage, Tray } from "electron";
import { message } from "../shared/messages/message.ts";
import { render } from "../shared/messages/render.ts";
import type { DesktopLog } from "./desktop-log.ts";

export interface TrayActions {
  open(): void;
  quit(): void;
}

/** Its texts, in the language of the person. */
export interface TrayTexts {
  /** What needs attention. */
  readonly summary: string;
  readonly open: string;
  readonly quit: string;
}

const MARK_COLOUR = { red: 0xd9, green: 0x2d, blue: 0x20 };
/** Of the icon's width. */
const MARK_PART = 0.5;
const BYTES_PER_PIXEL = 4;

export class HubTray {
  readonly #icon: string;
  readonly #actions: TrayActions;
  readonly #log: DesktopLog;
  /** Holding on to it keeps it: it vanishes when it is garbage collected. */
  #tray: Tray | null = null;
  #isMarked = false;
  #texts: TrayTexts = {
    summary: "Bramble",
    open: render(message("desktop/tray/open")),
    quit: render(message("desktop/tray/quit")),
  };

  constructor(icon: string, actions: TrayActions, log: DesktopLog) {
    this.#icon = icon;
    this.#actions = actions;
    this.#log = log;
    app.once("quit", () => this.show(false));
  }

  get isShown(): boolean {
    return this.#tray !== null;
  }

  show(isShown: boolean): void {
    if (isShown === this.isShown) return;
    this.#tray?.destroy();
    this.#tray = isShown ? this.#create() : null;
    this.#draw();
  }

  /** `isMarked`: something needs attention. */
  showAttention(isMarked: boolean, texts: TrayTexts): void {
    // Some desktops draw the icon anew, visibly, whenever it is set.
    if (isMarked === this.#isMarked && JSON.stringify(texts) === JSON.stringify(this.#texts)) return;
    this.#isMarked = isMarked;
    this.#texts = texts;
    this.#draw();
  }

  #create(): Tray | null {
    try {
      const tray = new Tray(this.#icon);
      tray.on("click", () => this.#actions.open());
      return tray;
    } catch (error) {
      this.#log.warn("This desktop has no tray:", error);
      return null;
    }
  }

  #draw(): void {
    if (this.#tray === null) return;
    const { summary, open, quit } = this.#texts;
    const plain = nativeImage.createFromPath(this.#icon);
    this.#tray.setToolTip(summary);
    this.#tray.setImage(this.#isMarked ? marked(plain) : plain);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: summary, enabled: false, visible: this.#isMarked },
        { label: open, click: () => this.#actions.open() },
        { type: "separator" },
        { label: quit, click: () => this.#actions.quit() },
      ]),
    );
  }
}

/** With a dot in its upper right corner. */
function marked(plain: NativeImage): NativeImage {
  const { width, height } = plain.getSize();
  // Blue, green, red, opacity.
  const pixels = plain.toBitmap();
  const radius = (width * MARK_PART) / 2;
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
    if (Math.hypot(x - (width - radius), y - radius) > radius) continue;
    const { red, green, blue } = MARK_COLOUR;
    pixels.set([blue, green, red, 0xff], at * BYTES_PER_PIXEL);
  }
  return nativeImage.createFromBitmap(pixels, { width, height });
}
