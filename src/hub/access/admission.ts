// Whether a connection may stay: asked once when it opens, before anything of it is read.
import type { Socket } from "node:net";
import { type Networks, plainAddress } from "./networks.ts";

const MAX_CONNECTIONS = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS = 200;
/** Connections over the limit that may hear why; more than that are only closed. */
const MAX_LINGERING = 50;
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
}

/** Counts the connections of one port. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byAddress = new Map<string, number>();
  #count = 0;
  #lingering = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Counts the socket in until it closes, or says why it may not stay. */
  admit(socket: Socket): "admitted" | NotAdmitted {
    const { networks, isLimited, isShortOfMemory } = this.#options;
    const address = plainAddress(socket.remoteAddress);
    const fromHere = this.#byAddress.get(address) ?? 0;
    if (!networks.allows(address)) return "outside the allowed networks";
    if (isShortOfMemory()) return "short of memory";
    if (this.#count >= MAX_CONNECTIONS) return "too many connections";
    if (isLimited && fromHere >= MAX_CONNECTIONS_PER_ADDRESS) return "too many connections of one address";
    this.#count++;
    this.#byAddress.set(address, fromHere + 1);
    socket.once("close", () => this.#release(address));
    return "admitted";
  }

  /** True where a socket that may not stay can be told so first; it has two seconds to ask. */
  mayLinger(socket: Socket, outcome: NotAdmitted): boolean {
    if (outcome === "outside the allowed networks" || this.#lingering >= MAX_LINGERING) return false;
    this.#lingering++;
    const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS);
    socket.once("close", () => {
      this.#lingering--;
      clearTimeout(timer);
    });
    return true;
  }

  #release(address: string): void {
    this.#count--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}
