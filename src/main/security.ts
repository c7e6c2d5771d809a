// What the window may never do, whatever its page becomes: leave bramble://app, open windows, embed pages, use devices.
import { app, type Session, shell, type WebContents } from "electron";
import { appOrigin } from "./app-protocol.ts";

/** Of all that a page may ask a browser for, only the copy buttons' one. */
const allowedPermission = "clipboard-sanitized-write";

/** After `ready`, before the first window. */
export function lockDown(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === allowedPermission));
  session.setPermissionCheckHandler((_contents, permission) => permission === allowedPermission);
  app.on("web-contents-created", (_event, contents) => keepInside(contents));
}

function keepInside(contents: WebContents): void {
  contents.on("will-navigate", (event) => {
    if (event.url.startsWith(`${appOrigin}/`)) return;
    event.preventDefault();
    openOutside(event.url);
  });
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: "deny" };
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
}

/** Web links go to the person's browser; every other scheme could start a program and goes nowhere. */
function openOutside(url: string): void {
  const { protocol } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return;
  shell.openExternal(url).catch((error: unknown) => console.warn(`No browser opened ${url}:`, error));
}
