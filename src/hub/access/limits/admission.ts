// Whether a connection may stay: asked once when it opens, before anything of it is read. When all places are taken, a
// client from an address or network with fewer connections replaces the oldest connection of the one with most: opening idle
// connections cannot lock others out. The connection of a trusted proxy counts as its client's while that is known.
import type { Socket } from "node:net";
import { type Networks, plainAddress } from "../networks.ts";
import type { TrustedProxies } from "../trusted-proxies.ts";
import { FairPlaces } from "./fair-places.ts";

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
  readonly #places = new FairPlaces<Socket>();
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
    if (this.#places.addressOf(socket) !== undefined) return this.reassign(socket, address);
    const rejection = this.#rejectionOf(address);
    if (rejection === "outside the allowed networks") return rejection;
    if (isShortOfMemory()) return "short of memory";
    if (rejection !== null) return rejection;
    if (this.#places.size >= maxConnections && !this.#makePlace(address)) return "too many connections";
    this.#places.add(socket, address);
    socket.once("close", () => this.#places.remove(socket));
    return "admitted";
  }

  /** Counts an admitted socket to another address, or answers why a client from there is not admitted. */
  reassign(socket: Socket, address: string): "admitted" | NotAdmitted {
    const before = this.#places.addressOf(socket);
    if (before === address) return "admitted";
    const rejection = this.#rejectionOf(address);
    if (rejection !== null) return rejection;
    // One that was replaced is not counted any more.
    if (this.#places.remove(socket)) this.#places.add(socket, address);
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
    return isLimited && this.#places.countOf(address) >= MAX_CONNECTIONS_PER_ADDRESS
      ? "too many connections of one address"
      : null;
  }

  #makePlace(address: string): boolean {
    const oldest = this.#places.oldestToYieldTo(address);
    if (oldest === null) return false;
    this.#places.remove(oldest);
    oldest.destroy();
    return true;
  }
}
