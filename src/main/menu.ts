// The application's menu, in the language of the person: macOS shows it, elsewhere it lends its keys (zoom, reload, full screen,
// settings, quit) and Alt shows it.
import type { MenuItemConstructorOptions } from "electron";
import { type AnyMessage, message } from "../shared/messages/message.ts";

const SEPARATOR = "-";
const APPLICATION = [
  "about",
  SEPARATOR,
  "settings",
  SEPARATOR,
  "services",
  SEPARATOR,
  "hide",
  "hideOthers",
  "unhide",
  SEPARATOR,
  "quit",
] as const;
const FILE = ["settings", SEPARATOR, "quit"] as const;
const EDIT = ["undo", "redo", SEPARATOR, "cut", "copy", "paste", "delete", SEPARATOR, "selectAll"] as const;
const ZOOM = ["resetZoom", "zoomIn", "zoomOut"] as const;
const VIEW = ["reload", "toggleDevTools", SEPARATOR, ...ZOOM, SEPARATOR, "togglefullscreen"] as const;
const WINDOW = ["minimize", "close"] as const;

type Item = (typeof APPLICATION | typeof EDIT | typeof VIEW | typeof WINDOW)[number];

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly render: (text: AnyMessage) => Promise<string>;
  readonly openSettings: () => void;
}

/** For `Menu.buildFromTemplate`. */
export async function menuTemplate({
  platform,
  render,
  openSettings,
}: MenuOptions): Promise<MenuItemConstructorOptions[]> {
  const item = async (name: Item): Promise<MenuItemConstructorOptions> => {
    if (name === SEPARATOR) return { type: "separator" };
    const label = await render(message(`desktop/menu/${name}`));
    // Electron knows the keys of its own roles.
    return name === "settings"
      ? { label, accelerator: "CommandOrControl+,", click: openSettings }
      : { label, role: name };
  };
  const menu = async (label: string, items: readonly Item[]): Promise<MenuItemConstructorOptions> => ({
    label,
    submenu: await Promise.all(items.map(item)),
  });
  const first =
    platform === "darwin"
      ? await menu("Bramble", APPLICATION)
      : await menu(await render(message("desktop/menu/file")), FILE);
  return [
    first,
    await menu(await render(message("desktop/menu/edit")), EDIT),
    await menu(await render(message("desktop/menu/view")), VIEW),
    await menu(await render(message("desktop/menu/window")), WINDOW),
  ];
}
