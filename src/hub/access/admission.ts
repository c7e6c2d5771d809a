// Whether a connection may stay: asked once when it opens, before anything of it is read.
import type { Socket } from "node:net";
import { type Networks, plainAddress } from "./networks.ts";

const CONNECTIONS = 1_000;
const CONNECTIONS_PER_ADDRESS = 200;

export type NotAdmitted = "outside the allowed networks" | "too many connections";

/** Counts the connections of one port. */
export class Admission {
  readonly #networks: Networks;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(networks: Networks) {
    this.#networks = networks;
  }

  /** Counts the socket in until it closes; or destroys it and says why. */
  admit(socket: Socket): "admitted" | NotAdmitted {
    const address = plainAddress(socket.remoteAddress);
    const fromHere = this.#byAddress.get(address) ?? 0;
    if (!this.#networks.allows(address)) {
      socket.destroy();
      return "outside the allowed networks";
    }
    if (this.#count >= CONNECTIONS || fromHere >= CONNECTIONS_PER_ADDRESS) {
      socket.destroy();
      return "too many connections";
    }
    this.#count++;
    this.#byAddress.set(address, fromHere + 1);
    socket.once("close", () => this.#release(address));
    return "admitted";
  }

  #release(address: string): void {
    this.#count--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}
