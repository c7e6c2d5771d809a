// Whether a device's clock is off. The times that it gives its readings tell, but not at once: one that was offline sends
// old readings with a clock that is right. Those come closer to now with each message; a wrong clock stays as far off.

const WINDOW_MS = 600_000;
const OFF_BY_AT_LEAST_MS = 120_000;
const STEADY_WITHIN_MS = 30_000;
/** One message may be the only one that was late. */
const MESSAGES_AT_LEAST = 2;

interface Window {
  messages: number;
  leastMs: number;
  mostMs: number;
}

export class ClockWatch {
  /** The message that is being heard: its newest reading counts. */
  #atMs = 0;
  #aheadMs = 0;
  #beganMs = 0;
  #current: Window = emptyWindow();
  #before: Window = emptyWindow();

  /** A reading of time `ts` came at `nowMs`. */
  heard(ts: number, nowMs: number): void {
    const aheadMs = ts - nowMs;
    if (nowMs === this.#atMs) {
      this.#aheadMs = Math.max(this.#aheadMs, aheadMs);
      return;
    }
    this.#count();
    this.#atMs = nowMs;
    this.#aheadMs = aheadMs;
  }

  /** How far the clock is ahead, or behind (below 0), in milliseconds; null where it is right, or nobody can tell. */
  get offMs(): number | null {
    const parts = [this.#before, this.#current].filter(({ messages }) => messages > 0);
    if (this.#atMs > 0) parts.push({ messages: 1, leastMs: this.#aheadMs, mostMs: this.#aheadMs });
    const messages = parts.reduce((sum, part) => sum + part.messages, 0);
    const mostMs = Math.max(...parts.map((part) => part.mostMs));
    const leastMs = Math.min(...parts.map((part) => part.leastMs));
    if (messages < MESSAGES_AT_LEAST || mostMs - leastMs > STEADY_WITHIN_MS) return null;
    return Math.abs(mostMs) >= OFF_BY_AT_LEAST_MS ? mostMs : null;
  }

  #count(): void {
    if (this.#atMs === 0) return;
    if (this.#atMs - this.#beganMs > WINDOW_MS) {
      this.#before = this.#current;
      this.#current = emptyWindow();
      this.#beganMs = this.#atMs;
    }
    this.#current.messages++;
    this.#current.leastMs = Math.min(this.#current.leastMs, this.#aheadMs);
    this.#current.mostMs = Math.max(this.#current.mostMs, this.#aheadMs);
  }
}

function emptyWindow(): Window {
  return { messages: 0, leastMs: Number.POSITIVE_INFINITY, mostMs: Number.NEGATIVE_INFINITY };
}
