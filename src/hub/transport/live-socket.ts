// WS /api/v1/live: what the UI listens to. Whoever is signed in may open it, and a page that holds no secret with a
// ticket, once; a listener that stalls is cut off.
import type { WebSocket } from "ws";
import { credentialOf } from "../access/credentials.ts";
import { plainAddress } from "../access/networks.ts";
import type { Sessions } from "../access/sessions.ts";
import type { LiveFeed } from "../live/feed.ts";
import type { WebSocketRoute } from "./websocket.ts";

const UNSENT_BYTES_AT_MOST = 1024 * 1024;

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
    open: (socket) => listen(socket, feed),
  };
}

function listen(socket: WebSocket, feed: LiveFeed): void {
  const end = feed.listen({
    send: (text) => {
      socket.send(text);
      if (socket.bufferedAmount > UNSENT_BYTES_AT_MOST) socket.terminate();
    },
  });
  socket.on("close", end);
}
