// Whether a connection may stay: asked once when it opens, before anything of it is read. When all places are taken, a
// client from an address with fewer connections replaces the oldest connection of the address with most: opening idle
// connections cannot lock others out.
import type { Socket } from "node:net";
import { type Networks, plainAddress } from "./networks.ts";

const MAX_CONNECTIONS = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS = 200;
/** Connections over the limit that may hear why; more than that are only closed. */
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
  /** Without it one address may open as many as all of them together. */
  readonly isLimited: boolean;
  /** True while the hub can take nothing more on. */
  readonly isShortOfMemory: () => boolean;
  /** How many connections the port has place for. */
  readonly maxConnections?: number;
}

/** Counts the connections of one port. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** By address, the oldest first. */
  readonly #byAddress = new Map<string, Set<Socket>>();
  #count = 0;
  /** The address of each that lingers. */
  readonly #lingering = new Map<Socket, string>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Counts the socket in until it closes, or says why it may not stay. */
  admit(socket: Socket): "admitted" | NotAdmitted {
    const { networks, isLimited, isShortOfMemory, maxConnections = MAX_CONNECTIONS } = this.#options;
    const address = plainAddress(socket.remoteAddress);
    const fromHere = this.#byAddress.get(address) ?? new Set<Socket>();
    if (!networks.allows(address)) return "outside the allowed networks";
    if (isShortOfMemory()) return "short of memory";
    if (isLimited && fromHere.size >= MAX_CONNECTIONS_PER_ADDRESS) return "too many connections of one address";
    if (this.#count >= maxConnections && !this.#makePlace(fromHere.size)) return "too many connections";
    this.#count++;
    this.#byAddress.set(address, fromHere.add(socket));
    socket.once("close", () => this.#release(address, socket));
    return "admitted";
  }

  /** True where a socket that may not stay can be told so first; it has two seconds to ask. */
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

  /** Closes the oldest connection of the address with most, where that has more than the newcomer's would. */
  #makePlace(fromHere: number): boolean {
    let most: Set<Socket> | null = null;
    for (const sockets of this.#byAddress.values()) if (sockets.size > (most?.size ?? 0)) most = sockets;
    const [oldest] = most ?? [];
    if (most === null || oldest === undefined || most.size <= fromHere + 1) return false;
    this.#release(plainAddress(oldest.remoteAddress), oldest);
    oldest.destroy();
    return true;
  }

  #release(address: string, socket: Socket): void {
    const sockets = this.#byAddress.get(address);
    // One that had to make place is released before it closes.
    if (sockets?.delete(socket) !== true) return;
    this.#count--;
    if (sockets.size === 0) this.#byAddress.delete(address);
  }
}
