// The session of the window, and of nothing else: `bramble://` is registered in it alone, so that a page in any other session
// cannot ask for it at all. Within it a request is answered where it comes from our own page in the main frame; a page that got
// into the window by a way that `security.ts` does not know would be refused here, before the token is added.
import { type OnBeforeRequestListenerDetails, type Session, session } from "electron";
import { API_PATH, APP_ORIGIN, APP_SCHEME } from "./app-protocol.ts";
import type { DesktopLog } from "./desktop-log.ts";

/** Kept on disk, since the page keeps in it what a person chose, such as the language. */
export const APP_PARTITION = "persist:bramble";

/** After `ready`. */
export function openAppSession(log: DesktopLog): Session {
  const appSession = session.fromPartition(APP_PARTITION);
  appSession.webRequest.onBeforeRequest({ urls: [`${APP_SCHEME}://*/*`] }, (details, answer) => {
    const isOwn = isOwnRequest(details);
    if (!isOwn) log.warn(`Refused a request of another page: ${details.resourceType} ${details.url}`);
    answer({ cancel: !isOwn });
  });
  return appSession;
}

/** Any frame may load a document, which carries no rights; all else is for the document's own main frame. */
function isOwnRequest({ url, resourceType, frame }: OnBeforeRequestListenerDetails): boolean {
  if (resourceType === "mainFrame") return !new URL(url).pathname.startsWith(API_PATH);
  if (resourceType === "subFrame") return false;
  return frame?.parent === null && frame.origin === APP_ORIGIN;
}
