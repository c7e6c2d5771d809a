// Who holds how many of a limited number of places, and who has to leave one when there is none for a newcomer.
// A host can take any address of its IPv6 network, so networks are weighed first, and then the addresses in them: however many
// addresses somebody uses, clients of other networks find a place. A limit for a whole network would be no answer, since all
// devices of a home are in one.
import { networkOf } from "../networks.ts";

interface Network<T> {
  size: number;
  /** By address, the oldest first. */
  readonly byAddress: Map<string, Set<T>>;
}

export class FairPlaces<T> {
  readonly #networks = new Map<string, Network<T>>();
  readonly #addresses = new Map<T, string>();

  get size(): number {
    return this.#addresses.size;
  }

  /** The oldest first. */
  [Symbol.iterator](): Iterator<T> {
    return this.#addresses.keys();
  }

  /** Undefined where it has no place. */
  addressOf(holder: T): string | undefined {
    return this.#addresses.get(holder);
  }

  countOf(address: string): number {
    return this.#networks.get(networkOf(address))?.byAddress.get(address)?.size ?? 0;
  }

  /** How many there are from the network of an address. */
  countNear(address: string): number {
    return this.#networks.get(networkOf(address))?.size ?? 0;
  }

  add(holder: T, address: string): void {
    const key = networkOf(address);
    const network = this.#networks.get(key) ?? { size: 0, byAddress: new Map<string, Set<T>>() };
    const holders = network.byAddress.get(address) ?? new Set<T>();
    network.byAddress.set(address, holders.add(holder));
    network.size++;
    this.#networks.set(key, network);
    this.#addresses.set(holder, address);
  }

  /** False where it has no place. */
  remove(holder: T): boolean {
    const address = this.#addresses.get(holder);
    if (address === undefined) return false;
    this.#addresses.delete(holder);
    const key = networkOf(address);
    const network = this.#networks.get(key);
    const holders = network?.byAddress.get(address);
    holders?.delete(holder);
    if (holders?.size === 0) network?.byAddress.delete(address);
    if (network !== undefined && --network.size === 0) this.#networks.delete(key);
    return true;
  }

  /** The oldest of whoever has most, in the network that has most. */
  oldestOfMost(): T | null {
    return oldestIn(largest(this.#networks.values()));
  }

  /** As `oldestOfMost`, where those have more than the newcomer's would; null where nobody has. */
  oldestToYieldTo(address: string): T | null {
    const most = largest(this.#networks.values());
    const own = this.#networks.get(networkOf(address));
    if (most !== null && most.size > (own?.size ?? 0) + 1 && most !== own) return oldestIn(most);
    const holders = own === undefined ? null : largest(own.byAddress.values());
    return holders !== null && holders.size > this.countOf(address) + 1 ? first(holders) : null;
  }
}

function oldestIn<T>(network: Network<T> | null): T | null {
  const holders = network === null ? null : largest(network.byAddress.values());
  return holders === null ? null : first(holders);
}

function largest<S extends { readonly size: number }>(all: Iterable<S>): S | null {
  let most: S | null = null;
  for (const one of all) if (one.size > (most?.size ?? 0)) most = one;
  return most;
}

function first<T>(holders: Iterable<T>): T | null {
  for (const holder of holders) return holder;
  return null;
}
