// How many requests an address may make: a rate with a burst, so that a page with many charts, or a Pi that catches up, is not held up.
import type { Clock } from "../../clock.ts";
import { TokenBucket } from "./token-bucket.ts";

export const MAX_REQUESTS_PER_SECOND = 500;
const BURST_REQUESTS = 5_000;
const MAX_ADDRESSES = 10_000;

export class RequestRate {
  readonly #clock: Clock;
  readonly #isLimited: boolean;
  /** The one that was made first is the first. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock, isLimited: boolean) {
    this.#clock = clock;
    this.#isLimited = isLimited;
  }

  /** False where the address asks too often. */
  take(address: string): boolean {
    if (!this.#isLimited) return true;
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      bucket = new TokenBucket({ clock: this.#clock, perSecond: MAX_REQUESTS_PER_SECOND, burst: BURST_REQUESTS });
      this.#buckets.set(address, bucket);
      for (const oldest of this.#buckets.keys()) {
        if (this.#buckets.size <= MAX_ADDRESSES) break;
        this.#buckets.delete(oldest);
      }
    }
    return bucket.take();
  }
}
