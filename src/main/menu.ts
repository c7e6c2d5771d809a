// The application's menu: macOS shows it, elsewhere it lends its keys (zoom, reload, full screen, quit) and Alt shows it.
import { Menu, type MenuItemConstructorOptions } from "electron";

export function setMenu(): void {
  const application: MenuItemConstructorOptions =
    process.platform === "darwin" ? { role: "appMenu" } : { role: "fileMenu" };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([application, { role: "editMenu" }, { role: "viewMenu" }, { role: "windowMenu" }]),
  );
}
