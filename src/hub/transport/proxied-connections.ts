// Stands in front of those who listen to a server's connections: one of a trusted proxy is handed on once its PROXY header
// is read, and says by then that it comes from its client. All others are handed on at once.
// Order: the peer is counted in → header → the client is judged and counted, by whatever listens → TLS, HTTP, MQTT.
import type { Server, Socket } from "node:net";
import type { Admission } from "../access/admission.ts";
import { plainAddress } from "../access/networks.ts";
import type { TrustedProxies } from "../access/trusted-proxies.ts";
import { readProxyHeader } from "./proxy-header.ts";

export interface ProxiedConnectionsOptions {
  readonly proxies: TrustedProxies;
  /** Counts a connection as its proxy's until its header is read. */
  readonly admission: Admission;
  readonly onBadHeader: (address: string, reason: string) => void;
}

export class ProxiedConnections {
  readonly #options: ProxiedConnectionsOptions;
  readonly #waiting = new Set<Socket>();

  constructor(options: ProxiedConnectionsOptions) {
    this.#options = options;
  }

  /** Call it when all who listen to the connections of `server` do so, and before it listens itself. */
  start(server: Server): void {
    const { proxies } = this.#options;
    if (proxies.isEmpty) return;
    const listeners = server.listeners("connection");
    const handOn = (socket: Socket) => {
      for (const listener of listeners) Reflect.apply(listener, server, [socket]);
    };
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      const reading = this.preamble(socket);
      if (reading === null) handOn(socket);
      else void reading.then((isUsable) => (isUsable ? handOn(socket) : socket.destroy()));
    });
  }

  /** Ends the connections whose header has not arrived. */
  stop(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  /** Null where the peer is no trusted proxy. Resolves with false where the connection is to be closed; never rejects. */
  preamble(socket: Socket): Promise<boolean> | null {
    const peer = plainAddress(socket.remoteAddress);
    return this.#options.proxies.includes(peer) ? this.#read(socket, peer) : null;
  }

  async #read(socket: Socket, peer: string): Promise<boolean> {
    const { admission, onBadHeader } = this.#options;
    if (admission.admit(socket) !== "admitted") return false;
    this.#waiting.add(socket);
    const outcome = await readProxyHeader(socket);
    this.#waiting.delete(socket);
    if (outcome.kind === "bad") onBadHeader(peer, outcome.reason);
    const isOpen = !socket.destroyed && !socket.readableEnded;
    return isOpen && (outcome.kind === "read" || outcome.kind === "none");
  }
}
