// The backoff after failures of a service: from a minute, doubling to a day, or as long as the service demands. A start and a
// length are saved, so that a clock that is set back ends the wait instead of extending it.
import type { Clock } from "../clock.ts";

export interface SavedWait {
  readonly failures: number;
  readonly failedAtMs: number;
  readonly waitMs: number;
}

const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 24 * 3_600_000;

export class Backoff {
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  #wait: SavedWait | null = null;

  constructor(clock: Clock, maxWaitMs = MAX_WAIT_MS) {
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  get saved(): SavedWait | null {
    return this.#wait;
  }

  /** Null while nothing is waited for. */
  get retryAtMs(): number | null {
    return this.#wait === null ? null : this.#wait.failedAtMs + this.#wait.waitMs;
  }

  get isDue(): boolean {
    const wait = this.#wait;
    if (wait === null) return true;
    const nowMs = this.#clock.now();
    return nowMs >= wait.failedAtMs + wait.waitMs || nowMs < wait.failedAtMs;
  }

  restore(wait: SavedWait | null): void {
    this.#wait = wait;
  }

  fail(minWaitMs: number): void {
    const failures = (this.#wait?.failures ?? 0) + 1;
    const doubled = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30), this.#maxWaitMs);
    this.#wait = { failures, failedAtMs: this.#clock.now(), waitMs: Math.max(doubled, minWaitMs) };
  }

  reset(): void {
    this.#wait = null;
  }
}
