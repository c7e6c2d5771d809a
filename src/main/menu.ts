// The application's menu, in the language of the person: macOS shows it, elsewhere it lends its keys (zoom, reload, full screen,
// quit) and Alt shows it.
import { Menu, type MenuItemConstructorOptions } from "electron";
import { type AnyMessage, message } from "../shared/messages/message.ts";

const SEPARATOR = "-";
const APPLICATION = [
  "about",
  SEPARATOR,
  "services",
  SEPARATOR,
  "hide",
  "hideOthers",
  "unhide",
  SEPARATOR,
  "quit",
] as const;
const EDIT = ["undo", "redo", SEPARATOR, "cut", "copy", "paste", "delete", SEPARATOR, "selectAll"] as const;
const ZOOM = ["resetZoom", "zoomIn", "zoomOut"] as const;
const VIEW = ["reload", "toggleDevTools", SEPARATOR, ...ZOOM, SEPARATOR, "togglefullscreen"] as const;
const WINDOW = ["minimize", "close"] as const;

type Item = (typeof APPLICATION | typeof EDIT | typeof VIEW | typeof WINDOW)[number];

/** Called again where the language has changed. */
export async function setMenu(render: (text: AnyMessage) => Promise<string>): Promise<void> {
  const item = async (role: Item): Promise<MenuItemConstructorOptions> =>
    role === SEPARATOR ? { type: "separator" } : { role, label: await render(message(`desktop/menu/${role}`)) };
  const menu = async (label: string, items: readonly Item[]): Promise<MenuItemConstructorOptions> => ({
    label,
    submenu: await Promise.all(items.map(item)),
  });
  const first =
    process.platform === "darwin"
      ? await menu("Bramble", APPLICATION)
      : await menu(await render(message("desktop/menu/file")), ["quit"]);
  const others = [
    await menu(await render(message("desktop/menu/edit")), EDIT),
    await menu(await render(message("desktop/menu/view")), VIEW),
    await menu(await render(message("desktop/menu/window")), WINDOW),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, ...others]));
}
