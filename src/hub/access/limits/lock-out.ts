// Slows down guessing: after ten wrong credentials an address is locked out, for longer each time. Credentials that cannot be
// guessed, keys and sessions of 256 random bits, are checked all the same, so that an honest client at the same address still
// works. Only wrong credentials count, never missing or expired ones.
import type { Clock } from "../../clock.ts";
import { networkOf } from "../networks.ts";

const FREE_FAILURES = 10;
const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 15 * 60_000;
/** After so long without a failure an address starts again at no failures. */
const RESET_AFTER_MS = 60 * 60_000;
const MAX_ADDRESSES = 10_000;

interface Failures {
  count: number;
  lastMs: number;
  lockedUntilMs: number;
}

export class LockOut {
  readonly #clock: Clock;
  /** The one that failed last is the last. */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long an address is locked out, in whole seconds; 0 where it is not. */
  retryAfterSeconds(address: string): number {
    const failures = this.#failures.get(networkOf(address));
    if (failures === undefined) return 0;
    const leftMs = failures.lockedUntilMs - this.#clock.now();
    // A clock that was set back must not lock anybody out for days.
    return leftMs <= 0 || leftMs > MAX_WAIT_MS ? 0 : Math.ceil(leftMs / 1_000);
  }

  /** Counts a wrong credential, and answers how long the address has to wait now. One that comes while it waits makes it no longer. */
  failed(address: string): number {
    const network = networkOf(address);
    const nowMs = this.#clock.now();
    const known = this.#failures.get(network);
    const isReset = known === undefined || Math.abs(nowMs - known.lastMs) > RESET_AFTER_MS;
    const failures = isReset ? { count: 0, lastMs: nowMs, lockedUntilMs: 0 } : known;
    const isWaiting = failures.lockedUntilMs > nowMs;
    failures.lastMs = nowMs;
    if (!isWaiting) failures.count++;
    if (!isWaiting && failures.count >= FREE_FAILURES) {
      const doublings = failures.count - FREE_FAILURES;
      failures.lockedUntilMs = nowMs + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** doublings);
    }
    this.#failures.delete(network);
    this.#failures.set(network, failures);
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_ADDRESSES) break;
      this.#failures.delete(oldest);
    }
    return this.retryAfterSeconds(address);
  }

  /** A person has signed in from there, so earlier failures were typing errors. */
  succeeded(address: string): void {
    this.#failures.delete(networkOf(address));
  }
}
