// Estimates the hub's clock from its responses. Charts and ages use it, since readings carry the hub's time and this computer's
// clock may be wrong. Each response's Date header, in whole seconds, bounds the offset; the bounds are intersected.
import { Signal } from "./signal.ts";

/** A Date header names the second that the answer was written in. */
const DATE_HEADER_PRECISION_MS = 1_000;

export class HubClock {
  /** How far the hub's clock is ahead of this computer's; 0 while no difference is certain. */
  readonly offsetMs = new Signal(0);
  #lowerMs = Number.NEGATIVE_INFINITY;
  #upperMs = Number.POSITIVE_INFINITY;

  /** Updates the bounds: the times of request and response by this computer's clock, and the Date header. */
  learn(sentMs: number, receivedMs: number, date: string | null): void {
    const hubMs = date === null ? Number.NaN : Date.parse(date);
    // The clock was set back meanwhile.
    if (Number.isNaN(hubMs) || receivedMs < sentMs) return;
    const lowerMs = hubMs - receivedMs;
    const upperMs = hubMs + DATE_HEADER_PRECISION_MS - sentMs;
    this.#lowerMs = Math.max(this.#lowerMs, lowerMs);
    this.#upperMs = Math.min(this.#upperMs, upperMs);
    // The bounds contradict: a clock was set, so the earlier ones are dropped.
    if (this.#lowerMs > this.#upperMs) [this.#lowerMs, this.#upperMs] = [lowerMs, upperMs];
    const isSame = this.#lowerMs <= 0 && this.#upperMs >= 0;
    this.offsetMs.set(isSame ? 0 : Math.round((this.#lowerMs + this.#upperMs) / 2));
  }
}

/** Of the one hub that the page talks to. */
export const hubClock = new HubClock();

export const hubNowMs = (): number => Date.now() + hubClock.offsetMs.get();
