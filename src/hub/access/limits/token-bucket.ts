// A rate with a burst: a bucket that fills at a steady rate, and that each event takes one token from.
import type { Clock } from "../../clock.ts";

export interface TokenBucketOptions {
  readonly clock: Clock;
  readonly perSecond: number;
  /** Most that lie ready after a quiet time. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAtMs: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAtMs = options.clock.now();
  }

  /** True, and one token less, where there is one. */
  take(): boolean {
    const { clock, perSecond, burst } = this.#options;
    const nowMs = clock.now();
    // A clock that was set back fills nothing; from then on its new time counts.
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs / 1_000) * perSecond);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
