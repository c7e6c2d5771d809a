// How many requests an address may make: a rate with a burst, so that a page with many charts, or a Pi that catches up, is not held up.
// All of an IPv6 network, in which a host can take any address, may make as many as a few of them.
import type { Clock } from "../../clock.ts";
import { networkOf } from "../networks.ts";
import { TokenBucket } from "./token-bucket.ts";

export const MAX_REQUESTS_PER_SECOND = 500;
const BURST_REQUESTS = 5_000;
const MAX_ADDRESSES_AT_FULL_RATE_PER_NETWORK = 5;
/** Addresses, and as many networks, that are remembered. */
const MAX_REMEMBERED = 10_000;

export class RequestRate {
  readonly #clock: Clock;
  readonly #isLimited: boolean;
  /** The one that was made first is the first. */
  readonly #ofAddresses = new Map<string, TokenBucket>();
  readonly #ofNetworks = new Map<string, TokenBucket>();

  constructor(clock: Clock, isLimited: boolean) {
    this.#clock = clock;
    this.#isLimited = isLimited;
  }

  /** False where the address, or its network, asks too often. */
  take(address: string): boolean {
    if (!this.#isLimited) return true;
    if (!this.#bucketIn(this.#ofAddresses, address, 1).take()) return false;
    const network = networkOf(address);
    return (
      network === address || this.#bucketIn(this.#ofNetworks, network, MAX_ADDRESSES_AT_FULL_RATE_PER_NETWORK).take()
    );
  }

  #bucketIn(buckets: Map<string, TokenBucket>, key: string, times: number): TokenBucket {
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      const rate = { perSecond: times * MAX_REQUESTS_PER_SECOND, burst: times * BURST_REQUESTS };
      bucket = new TokenBucket({ clock: this.#clock, ...rate });
      buckets.set(key, bucket);
      for (const oldest of buckets.keys()) {
        if (buckets.size <= MAX_REMEMBERED) break;
        buckets.delete(oldest);
      }
    }
    return bucket;
  }
}
