// Where WebSockets come in: one door for all paths, closed to foreign hosts and pages. Whoever stops answering is dropped.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { BrowserGuard } from "../access/browsers.ts";
import type { Clock } from "../clock.ts";
import type { HttpTroubles } from "./http-troubles.ts";

const PING_PERIOD_MS = 30_000;

export interface WebSocketRoute {
  readonly path: string;
  /** Of one message. */
  readonly messageBytes: number;
  /** Those that are spoken, best first; none where the client may name any. */
  readonly protocols?: readonly string[];
  /** The HTTP status that refuses the request, or null. */
  whyNot(request: IncomingMessage, url: URL): Promise<string | null>;
  open(socket: WebSocket, request: IncomingMessage, url: URL): void;
}

export interface WebSocketDoorOptions {
  readonly guard: BrowserGuard;
  readonly troubles: Pick<HttpTroubles, "foreign">;
  readonly clock: Clock;
  readonly routes: readonly WebSocketRoute[];
}

export class WebSocketDoor {
  readonly #options: WebSocketDoorOptions;
  readonly #servers: ReadonlyMap<string, { readonly route: WebSocketRoute; readonly server: WebSocketServer }>;
  readonly #alive = new WeakSet<WebSocket>();
  #endTimer: (() => void) | null = null;

  constructor(options: WebSocketDoorOptions) {
    this.#options = options;
    this.#servers = new Map(options.routes.map((route) => [route.path, { route, server: serverOf(route) }]));
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
    for (const { server } of this.#servers.values()) {
      for (const socket of server.clients) {
        socket.close(1001, "the hub stops");
        socket.terminate();
      }
      server.close();
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const url = URL.parse(request.url ?? "/", "http://hub");
    const found = url === null ? undefined : this.#servers.get(url.pathname);
    if (url === null || found === undefined) return refuse(socket, "404 Not Found");
    const foreign = this.#options.guard.check(request.rawHeaders);
    if (foreign !== null) {
      this.#options.troubles.foreign(request.socket.remoteAddress, foreign);
      return refuse(socket, "403 Forbidden");
    }
    const { route, server } = found;
    const refused = await route.whyNot(request, url);
    if (refused !== null) return refuse(socket, refused);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#alive.add(webSocket);
      webSocket.on("pong", () => this.#alive.add(webSocket));
      webSocket.on("error", () => webSocket.terminate());
      route.open(webSocket, request, url);
    });
  }

  #dropTheDead(): void {
    for (const { server } of this.#servers.values()) {
      for (const socket of server.clients) {
        if (!this.#alive.delete(socket)) socket.terminate();
        else socket.ping();
      }
    }
  }
}

function serverOf({ messageBytes, protocols }: WebSocketRoute): WebSocketServer {
  const choose = (offered: Set<string>) => protocols?.find((protocol) => offered.has(protocol)) ?? false;
  return new WebSocketServer({
    noServer: true,
    maxPayload: messageBytes,
    ...(protocols === undefined ? {} : { handleProtocols: choose }),
  });
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}
