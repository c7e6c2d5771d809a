// Restricts the window even if its page is compromised: it cannot leave bramble://app, open windows, embed pages or use devices.
import {
  app,
  type Event,
  type Session,
  shell,
  type WebContents,
  type WebContentsWillFrameNavigateEventParams,
  type WebContentsWillRedirectEventParams,
} from "electron";
import { API_PATH, APP_ORIGIN } from "./app-protocol.ts";
import type { DesktopLog } from "./desktop-log.ts";

/** The only permissions granted: to write to the clipboard, for the copy buttons, and to fill the screen with the overview. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(["clipboard-sanitized-write", "fullscreen"]);

/** After `ready`, before the first window. */
export function lockDown(sessions: readonly Session[], log: DesktopLog): void {
  for (const session of sessions) {
    session.setPermissionRequestHandler((_contents, permission, answer) => answer(ALLOWED_PERMISSIONS.has(permission)));
    session.setPermissionCheckHandler((_contents, permission) => ALLOWED_PERMISSIONS.has(permission));
  }
  app.on("web-contents-created", (_event, contents) => keepInside(contents, log));
}

function keepInside(contents: WebContents, log: DesktopLog): void {
  /** Navigation opens in the person's browser; in an embedded frame it is blocked. Responses of the hub are not pages. */
  const stayInside = (event: Departure) => {
    const isPage = event.url.startsWith(`${APP_ORIGIN}/`) && !event.url.startsWith(APP_ORIGIN + API_PATH);
    if (isPage && event.isMainFrame) return;
    event.preventDefault();
    if (event.isMainFrame) openOutside(event.url, log);
  };
  // Of the main frame, too: a navigation that is prevented here never becomes a `will-navigate`.
  contents.on("will-frame-navigate", stayInside);
  contents.on("will-redirect", stayInside);
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url, log);
    return { action: "deny" };
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
}

type Departure = Event<WebContentsWillFrameNavigateEventParams> | Event<WebContentsWillRedirectEventParams>;

/** Web links open in the person's browser; other schemes could start a program and are blocked. */
function openOutside(url: string, log: DesktopLog): void {
  const { protocol } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return;
  shell.openExternal(url).catch((error: unknown) => log.warn(`No browser opened ${url}:`, error));
}
