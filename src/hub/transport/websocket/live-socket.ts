// WS /api/v1/live: what the UI listens to, opened with a session or with a ticket, once. A listener that stalls is cut off.
import type { Access } from "../../access/access.ts";
import { scopeOf } from "../../access/principal.ts";
import type { LiveFeed } from "../../live/feed.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

export function liveRoute(feed: LiveFeed, access: Pick<Access, "devices">): WebSocketRoute {
  return {
    path: "/api/v1/live",
    // The UI has nothing to say on it.
    messageBytes: 1024,
    permission: "viewer",
    showsSome: true,
    open: (connection) => listen(connection, feed, access),
  };
}

function listen(
  { socket, principal, share }: WebSocketConnection,
  feed: LiveFeed,
  { devices }: Pick<Access, "devices">,
): void {
  const isLimited = scopeOf(principal) !== null;
  const countUnsent = () => share.hold("unsent", socket.bufferedAmount);
  const end = feed.listen({
    ...(isLimited && { maySee: (device) => devices.maySee(principal, device) }),
    send: (text) => {
      socket.send(text, countUnsent);
      countUnsent();
    },
  });
  socket.on("close", end);
}
