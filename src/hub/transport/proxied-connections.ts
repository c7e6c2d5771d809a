// The PROXY header that precedes everything else on a connection of a trusted proxy. Once it is read, the socket's remote address
// is that of the proxy's client.
// Order: the peer is admitted → header → the client is admitted → TLS, HTTP, MQTT.
import type { Socket } from "node:net";
import type { Admission } from "../access/limits/admission.ts";
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
