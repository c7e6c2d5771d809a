// WS /api/v1/live: what the UI listens to. Whoever is signed in may open it, and a page that holds no secret with a
// ticket, once; a listener that stalls is cut off.
import { credentialOf } from "../../access/credentials.ts";
import { plainAddress } from "../../access/networks.ts";
import type { Sessions } from "../../access/sessions.ts";
import type { LiveFeed } from "../../live/feed.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

export interface LiveSocketOptions {
  readonly sessions: Sessions;
  readonly feed: LiveFeed;
}

export function liveRoute({ sessions, feed }: LiveSocketOptions): WebSocketRoute {
  return {
    path: "/api/v1/live",
    // The UI has nothing to say on it.
    messageBytes: 1024,
    async whyNot(request, url) {
      if (sessions.redeemTicket(url.searchParams.get("ticket") ?? "")) return null;
      const credential = credentialOf(request.headers) ?? "";
      const isSignedIn = await sessions.isAdmin(credential, plainAddress(request.socket.remoteAddress));
      return isSignedIn ? null : "401 Unauthorized";
    },
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
