// Whether a connection may stay: asked once when it opens, before anything of it is read. When all places are taken, a
// client from an address with fewer connections replaces the oldest connection of the address with most: opening idle
// connections cannot lock others out. The connection of a trusted proxy counts as its client's while that is known.
import type { Socket } from "node:net";
import { type Networks, plainAddress } from "../networks.ts";
import type { TrustedProxies } from "../trusted-proxies.ts";

const MAX_CONNECTIONS = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS = 200;
/** Connections over the limit that are answered before they are closed; more than that are only closed. */
const MAX_LINGERING = 50;
const MAX_LINGERING_PER_ADDRESS = 5;
const LINGER_TIMEOUT_MS = 2_000;

export type NotAdmitted =
  | "outside the allowed networks"
  | "too many connections"
  | "too many connections of one address"
  | "short of memory";

export interface AdmissionOptions {
  readonly networks: Networks;
  /** Their own connections are not limited: those of their clients are. */
  readonly proxies: TrustedProxies;
  /** Without it one address may open as many as all of them together. */
  readonly isLimited: boolean;
  /** True while the hub is short of memory. */
  readonly isShortOfMemory: () => boolean;
  /** How many connections the port has place for. */
  readonly maxConnections?: number;
}

/** Counts the connections of one port. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** By address, the oldest first. */
  readonly #byAddress = new Map<string, Set<Socket>>();
  /** By open connection: the address that it is counted to. */
  readonly #counted = new Map<Socket, string>();
  /** By connection that is open only to be answered and closed, its address. */
  readonly #lingering = new Map<Socket, string>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Counts the socket until it closes, or answers why it is not admitted. One that is counted already, to its proxy, is counted to
   * the client that the proxy has named.
   */
  admit(socket: Socket): "admitted" | NotAdmitted {
    const { isShortOfMemory, maxConnections = MAX_CONNECTIONS } = this.#options;
    const address = plainAddress(socket.remoteAddress);
    if (this.#counted.has(socket)) return this.reassign(socket, address);
    const rejection = this.#rejectionOf(address);
    if (rejection === "outside the allowed networks") return rejection;
    if (isShortOfMemory()) return "short of memory";
    if (rejection !== null) return rejection;
    if (this.#counted.size >= maxConnections && !this.#makePlace(this.#byAddress.get(address)?.size ?? 0))
      return "too many connections";
    this.#count(socket, address);
    socket.once("close", () => this.#release(socket));
    return "admitted";
  }

  /** Counts an admitted socket to another address, or answers why a client from there is not admitted. */
  reassign(socket: Socket, address: string): "admitted" | NotAdmitted {
    const before = this.#counted.get(socket);
    if (before === address) return "admitted";
    const rejection = this.#rejectionOf(address);
    if (rejection !== null) return rejection;
    // One that was replaced is not counted any more.
    if (before !== undefined) {
      this.#release(socket);
      this.#count(socket, address);
    }
    return "admitted";
  }

  /** True where a socket that is not admitted can be answered before it is closed; its request has two seconds to arrive. */
  mayLinger(socket: Socket, outcome: NotAdmitted): boolean {
    if (outcome === "outside the allowed networks" || this.#lingering.size >= MAX_LINGERING) return false;
    const address = plainAddress(socket.remoteAddress);
    const fromHere = [...this.#lingering.values()].filter((other) => other === address).length;
    if (fromHere >= MAX_LINGERING_PER_ADDRESS) return false;
    this.#lingering.set(socket, address);
    const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS);
    socket.once("close", () => {
      this.#lingering.delete(socket);
      clearTimeout(timer);
    });
    return true;
  }

  #rejectionOf(address: string): NotAdmitted | null {
    const { networks, proxies, isLimited } = this.#options;
    if (proxies.includes(address)) return null;
    if (!networks.allows(address)) return "outside the allowed networks";
    const fromHere = this.#byAddress.get(address)?.size ?? 0;
    return isLimited && fromHere >= MAX_CONNECTIONS_PER_ADDRESS ? "too many connections of one address" : null;
  }

  /** Closes the oldest connection of the address with most, where that has more than the newcomer's would. */
  #makePlace(fromHere: number): boolean {
    let most: Set<Socket> | null = null;
    for (const sockets of this.#byAddress.values()) if (sockets.size > (most?.size ?? 0)) most = sockets;
    const [oldest] = most ?? [];
    if (most === null || oldest === undefined || most.size <= fromHere + 1) return false;
    this.#release(oldest);
    oldest.destroy();
    return true;
  }

  #count(socket: Socket, address: string): void {
    const fromHere = this.#byAddress.get(address) ?? new Set<Socket>();
    this.#byAddress.set(address, fromHere.add(socket));
    this.#counted.set(socket, address);
  }

  #release(socket: Socket): void {
    const address = this.#counted.get(socket);
    // One that was replaced is released before it closes.
    if (address === undefined) return;
    this.#counted.delete(socket);
    const sockets = this.#byAddress.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#byAddress.delete(address);
  }
}
