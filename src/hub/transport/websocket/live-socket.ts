// WS /api/v1/live: the feed of the UI, opened with a session or with a ticket, once. A page may request the log of messages on it,
// too (`LogRequest`). A listener that stalls is cut off.
import { Check } from "typebox/value";
import { loadLanguage } from "../../../shared/messages/render.ts";
import { type LogEvent, LogRequest } from "../../../shared/mqtt/message-log.ts";
import type { Access } from "../../access/access.ts";
import { scopeOf } from "../../access/principal.ts";
import type { LiveFeed } from "../../live/feed.ts";
import type { LogViewer, LogWatch, MessageLog } from "../../live/message-log.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

/** Unsent bytes beyond which the log is not sent, since it would only arrive late. */
const MAX_UNREAD_LOG_BYTES = 128 * 1024;

export interface LiveRouteOptions {
  readonly feed: LiveFeed;
  readonly messageLog: Pick<MessageLog, "watch">;
  readonly access: Pick<Access, "devices">;
}

export function liveRoute(options: LiveRouteOptions): WebSocketRoute {
  return {
    path: "/api/v1/live",
    // A page sends requests for the log, and nothing else.
    messageBytes: 1024,
    permission: "viewer",
    showsSome: true,
    open: (connection) => listen(connection, options),
  };
}

function listen(
  { socket, principal, share }: WebSocketConnection,
  { feed, messageLog, access: { devices } }: LiveRouteOptions,
): void {
  const scope = scopeOf(principal);
  const limit = scope === null ? {} : { maySee: (device: string) => devices.maySee(principal, device) };
  const countUnsent = () => share.hold("unsent", socket.bufferedAmount);
  const send = (text: string) => {
    socket.send(text, countUnsent);
    countUnsent();
  };
  const end = feed.listen({ ...limit, send });
  const viewer: LogViewer = {
    ...limit,
    isBehind: () => socket.bufferedAmount > MAX_UNREAD_LOG_BYTES,
    send: (event) => send(JSON.stringify(event satisfies LogEvent)),
  };
  let watch: LogWatch | null = null;
  socket.on("message", (data) => {
    share.messageTaken();
    const asked = parseRequest(String(data));
    // A shared link shows its page, and not the payloads of messages.
    if (asked === null || scope?.kind === "devices") return;
    if (asked.type === "log-end") {
      watch?.end();
      watch = null;
      return;
    }
    const { filter, language } = asked;
    if (watch === null) watch = messageLog.watch(viewer, filter, language);
    else watch.change(filter, language);
    if (watch === null) viewer.send({ type: "log-full" });
    // Until the language is loaded, reasons are in English.
    loadLanguage(language).catch(() => undefined);
  });
  socket.on("close", () => {
    end();
    watch?.end();
  });
}

/** Null for what is no request of the kind. */
function parseRequest(text: string): LogRequest | null {
  try {
    const value: unknown = JSON.parse(text);
    return Check(LogRequest, value) ? value : null;
  } catch {
    return null;
  }
}
