// Stores the window's position and size. A position off all screens is moved so that the title bar is reachable; if the file cannot
// be read or written, only the position is lost.
import { existsSync, readFileSync } from "node:fs";
import { type BrowserWindow, screen } from "electron";
import type { DesktopLog } from "../desktop-log.ts";
import { replaceJsonFile } from "../settings/json-file.ts";
import { type Area, centredOn, frameOffset, isGraspable, withinReach } from "./window-geometry.ts";

const USUAL_SIZE = { width: 1280, height: 800 };
const SMALLEST = { width: 800, height: 600 };

/** Window managers put their frame around a window within this time. */
const FRAME_SETTLES_WITHIN_MS = 500;

export class WindowPlace {
  readonly #file: string;
  readonly #log: DesktopLog;

  constructor(file: string, log: DesktopLog) {
    this.#file = file;
    this.#log = log;
  }

  load(): { readonly bounds: Area; readonly maximized: boolean } {
    const saved = this.#read();
    // A place of our own, not the window manager's: only of one that was asked for can the frame be told.
    if (saved === undefined)
      return { bounds: centredOn(screen.getPrimaryDisplay().workArea, USUAL_SIZE), maximized: false };
    return { ...saved, bounds: withinReach(saved.bounds, workAreas()) };
  }

  /** Saves the window's place when it closes; `asked` is the place that it was created with. */
  saveOnClose(window: BrowserWindow, asked: Area): void {
    let frame = { x: 0, y: 0 };
    const learnFrame = () => {
      if (!window.isDestroyed() && process.platform === "linux") frame = frameOffset(asked, window.getNormalBounds());
    };
    let settling: NodeJS.Timeout | undefined;
    window.once("show", () => {
      settling = setTimeout(() => {
        settling = undefined;
        learnFrame();
      }, FRAME_SETTLES_WITHIN_MS);
    });
    window.on("close", () => {
      if (settling !== undefined) learnFrame();
      clearTimeout(settling);
      const { x, y, width, height } = window.getNormalBounds();
      this.#write({ bounds: { x: x - frame.x, y: y - frame.y, width, height }, maximized: window.isMaximized() });
    });
  }

  #read(): { bounds: Area; maximized: boolean } | undefined {
    try {
      if (!existsSync(this.#file)) return undefined;
      const { bounds, maximized }: { bounds?: unknown; maximized?: unknown } = JSON.parse(
        readFileSync(this.#file, "utf8"),
      );
      return isArea(bounds) ? { bounds, maximized: maximized === true } : undefined;
    } catch (error) {
      this.#log.warn("The window's last place cannot be read:", error);
      return undefined;
    }
  }

  #write(place: { readonly bounds: Area; readonly maximized: boolean }): void {
    try {
      replaceJsonFile(this.#file, place);
    } catch (error) {
      this.#log.warn("The window's place cannot be saved:", error);
    }
  }
}

/** How small a window may be made: less on a screen that is smaller itself. */
export function smallestAt(bounds: Area): [width: number, height: number] {
  const { workArea } = screen.getDisplayMatching(bounds);
  return [Math.min(SMALLEST.width, workArea.width), Math.min(SMALLEST.height, workArea.height)];
}

/** Moves a window back whose screen was removed, and shrinks one whose screen became smaller. */
export function bringWithinReach(window: BrowserWindow): void {
  window.setMinimumSize(...smallestAt(window.getBounds()));
  const bounds = window.getNormalBounds();
  const within = withinReach(bounds, workAreas());
  // As large as its screen is one that fills it anyway.
  const isFilling = window.isMaximized() || window.isFullScreen();
  if (within !== bounds && !(isFilling && isGraspable(bounds, workAreas()))) window.setBounds(within);
}

function workAreas(): Area[] {
  return screen.getAllDisplays().map(({ workArea }) => workArea);
}

function isArea(value: unknown): value is Area {
  if (typeof value !== "object" || value === null) return false;
  return ["x", "y", "width", "height"].every((key) => Number.isInteger(Reflect.get(value, key)));
}
