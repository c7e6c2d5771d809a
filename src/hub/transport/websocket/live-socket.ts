// WS /api/v1/live: what the UI listens to, opened with a session or with a ticket, once. A listener that stalls is cut off.
import type { LiveFeed } from "../../live/feed.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

export function liveRoute(feed: LiveFeed): WebSocketRoute {
  return {
    path: "/api/v1/live",
    // The UI has nothing to say on it.
    messageBytes: 1024,
    permission: "viewer",
    open: (connection) => listen(connection, feed),
  };
}

function listen({ socket, share }: WebSocketConnection, feed: LiveFeed): void {
  const countUnsent = () => share.hold("unsent", socket.bufferedAmount);
  const end = feed.listen({
    send: (text) => {
      socket.send(text, countUnsent);
      countUnsent();
    },
  });
  socket.on("close", end);
}
