// WS /api/v1/live: what the UI listens to. Whoever is signed in may open it, and a page that holds no secret with a
// ticket, once; a listener that stalls is cut off.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { BrowserGuard } from "../access/browsers.ts";
import { credentialOf } from "../access/credentials.ts";
import { plainAddress } from "../access/networks.ts";
import type { Sessions } from "../access/sessions.ts";
import type { Clock } from "../clock.ts";
import type { LiveFeed } from "../live/feed.ts";

const PATH = "/api/v1/live";
const UNSENT_BYTES_AT_MOST = 1024 * 1024;
const PING_PERIOD_MS = 30_000;

export interface LiveSocketOptions {
  readonly guard: BrowserGuard;
  readonly sessions: Sessions;
  readonly feed: LiveFeed;
  readonly clock: Clock;
}

export class LiveSocket {
  readonly #options: LiveSocketOptions;
  /** The UI has nothing to say on it. */
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  readonly #alive = new WeakSet<WebSocket>();
  #endTimer: (() => void) | null = null;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
  }

  start(server: Server): void {
    server.on("upgrade", (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#endTimer = this.#options.clock.every(PING_PERIOD_MS, () => this.#dropTheDead());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    for (const socket of this.#sockets.clients) {
      socket.close(1001, "the hub stops");
      socket.terminate();
    }
    this.#sockets.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const refused = await this.#whyNot(request);
    if (refused === null) {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#listen(webSocket));
    } else {
      socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
    }
  }

  /** The HTTP status that refuses the request, or null. */
  async #whyNot(request: IncomingMessage): Promise<string | null> {
    const { guard, sessions } = this.#options;
    const url = URL.parse(request.url ?? "/", "http://hub");
    if (url?.pathname !== PATH) return "404 Not Found";
    if (guard.check(request.rawHeaders) !== null) return "403 Forbidden";
    if (sessions.redeemTicket(url.searchParams.get("ticket") ?? "")) return null;
    const credential = credentialOf(request.headers) ?? "";
    const isSignedIn = await sessions.isAdmin(credential, plainAddress(request.socket.remoteAddress));
    return isSignedIn ? null : "401 Unauthorized";
  }

  #listen(socket: WebSocket): void {
    const end = this.#options.feed.listen({
      send: (text) => {
        socket.send(text);
        if (socket.bufferedAmount > UNSENT_BYTES_AT_MOST) socket.terminate();
      },
    });
    this.#alive.add(socket);
    socket.on("pong", () => this.#alive.add(socket));
    socket.on("error", () => socket.terminate());
    socket.on("close", end);
  }

  #dropTheDead(): void {
    for (const socket of this.#sockets.clients) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}
