// The sign that the hub still runs when no window is open, with a mark on it while a device needs a look. Where a desktop has
// no tray, starting Bramble again opens it.
import { app, Menu, type NativeImage, nativeImage, Tray } from "electron";
import type { DesktopLog } from "./desktop-log.ts";

export interface TrayActions {
  open(): void;
  quit(): void;
}

/** What it says, in the language of the person. */
export interface TrayTexts {
  /** How many devices need a look. */
  readonly said: string;
  readonly open: string;
  readonly quit: string;
}

export interface TraySign {
  show(count: number, texts: TrayTexts): void;
}

const MARK_COLOUR = { red: 0xd9, green: 0x2d, blue: 0x20 };
/** Of the icon's width. */
const MARK_PART = 0.5;
const BYTES_PER_PIXEL = 4;

/** Null where this desktop has no tray. */
export function createTray(icon: string, { open, quit }: TrayActions, log: DesktopLog): TraySign | null {
  try {
    const plain = nativeImage.createFromPath(icon);
    const tray = new Tray(plain);
    let shown = "";
    const show: TraySign["show"] = (count, texts) => {
      const news = JSON.stringify(texts);
      // Some desktops draw the icon anew, visibly, whenever it is set.
      if (news === shown) return;
      shown = news;
      tray.setToolTip(texts.said);
      tray.setImage(count > 0 ? marked(plain) : plain);
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: texts.said, enabled: false, visible: count > 0 },
          { label: texts.open, click: open },
          { type: "separator" },
          { label: texts.quit, click: quit },
        ]),
      );
    };
    show(0, { said: "Bramble", open: "Open Bramble", quit: "Quit and stop the hub" });
    tray.on("click", open);
    // This also holds on to the tray, which vanishes when it is garbage collected.
    app.once("quit", () => tray.destroy());
    return { show };
  } catch (error) {
    log.warn("This desktop has no tray:", error);
    return null;
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
