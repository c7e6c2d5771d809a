// The hub's clock, learned from its answers. Readings carry its time, so charts and ages go by it wherever the clock of the
// computer that shows them is off. Each answer's Date header, in whole seconds, bounds the offset; together they narrow it.
import { Signal } from "./signal.ts";

/** A Date header names the second that the answer was written in. */
const DATE_HEADER_PRECISION_MS = 1_000;

export class HubClock {
  /** How far the hub's clock is ahead of this computer's; 0 while they cannot be told apart. */
  readonly offsetMs = new Signal(0);
  #leastMs = Number.NEGATIVE_INFINITY;
  #mostMs = Number.POSITIVE_INFINITY;

  /** Learns from an answer: when it was asked for and received by this computer's clock, and its Date header. */
  learn(sentMs: number, receivedMs: number, date: string | null): void {
    const hubMs = date === null ? Number.NaN : Date.parse(date);
    // A clock that was set back meanwhile says nothing.
    if (Number.isNaN(hubMs) || receivedMs < sentMs) return;
    const leastMs = hubMs - receivedMs;
    const mostMs = hubMs + DATE_HEADER_PRECISION_MS - sentMs;
    this.#leastMs = Math.max(this.#leastMs, leastMs);
    this.#mostMs = Math.min(this.#mostMs, mostMs);
    // One of the clocks was set: what was learned before no longer holds.
    if (this.#leastMs > this.#mostMs) [this.#leastMs, this.#mostMs] = [leastMs, mostMs];
    const isSame = this.#leastMs <= 0 && this.#mostMs >= 0;
    this.offsetMs.set(isSame ? 0 : Math.round((this.#leastMs + this.#mostMs) / 2));
  }
}

/** Of the one hub that the page talks to. */
export const hubClock = new HubClock();

export const hubNowMs = (): number => Date.now() + hubClock.offsetMs.get();
