// Remembers where the window was and how large, in a small file, and forgets it when no screen shows that place any more.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type BrowserWindow, type Rectangle, screen } from "electron";

export const smallest = { minWidth: 800, minHeight: 600 };
const usual = { width: 1280, height: 800 };

/** Of a window this much must be on a screen, in pixels each way, or nobody could drag it back. */
const graspable = 100;

export interface WindowPlace {
  readonly bounds: Partial<Rectangle>;
  readonly maximized: boolean;
}

export function loadPlace(file: string): WindowPlace {
  const saved = existsSync(file) ? parsePlace(readFileSync(file, "utf8")) : undefined;
  return saved !== undefined && isOnScreen(saved.bounds) ? saved : { bounds: usual, maximized: false };
}

export function savePlace(file: string, window: BrowserWindow): void {
  const place = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  writeFileSync(file, JSON.stringify(place));
}

function parsePlace(text: string): { bounds: Rectangle; maximized: boolean } | undefined {
  try {
    const { bounds, maximized }: { bounds?: unknown; maximized?: unknown } = JSON.parse(text);
    return isRectangle(bounds) ? { bounds, maximized: maximized === true } : undefined;
  } catch (error) {
    console.warn("The window's last place cannot be read:", error);
    return undefined;
  }
}

function isRectangle(value: unknown): value is Rectangle {
  if (typeof value !== "object" || value === null) return false;
  return ["x", "y", "width", "height"].every((key) => Number.isInteger(Reflect.get(value, key)));
}

function isOnScreen({ x, y, width, height }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    const down = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y);
    return across >= graspable && down >= graspable;
  });
}
