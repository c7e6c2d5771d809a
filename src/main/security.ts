// What the window may never do, whatever its page becomes: leave bramble://app, open windows, embed pages, use devices.
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

/** Of all that a page may ask a browser for, only the copy buttons' one. */
const ALLOWED_PERMISSION = "clipboard-sanitized-write";

/** After `ready`, before the first window. */
export function lockDown(sessions: readonly Session[], log: DesktopLog): void {
  for (const session of sessions) {
    session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === ALLOWED_PERMISSION));
    session.setPermissionCheckHandler((_contents, permission) => permission === ALLOWED_PERMISSION);
  }
  app.on("web-contents-created", (_event, contents) => keepInside(contents, log));
}

function keepInside(contents: WebContents, log: DesktopLog): void {
  /** Where the window would go, the person's browser goes; an embedded page goes nowhere. The hub's answers are no pages. */
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

/** Web links go to the person's browser; every other scheme could start a program and goes nowhere. */
function openOutside(url: string, log: DesktopLog): void {
  const { protocol } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return;
  shell.openExternal(url).catch((error: unknown) => log.warn(`No browser opened ${url}:`, error));
}
