// Whether a device's clock is wrong, by the times of its readings. Late readings alone do not show it: a device that was offline,
// or a script that imports a file, sends old readings with a clock that is right. Their distance from now shrinks with each
// message, or they all come at once; that of a wrong clock stays the same.

import { isZoneDistance } from "./device-zone.ts";

const WINDOW_MS = 600_000;
const MIN_CLOCK_ERROR_MS = 120_000;
const STEADY_WITHIN_MS = 30_000;
/** A single message may be late. */
const MIN_MESSAGES = 2;
/** Messages within less time may be an import. */
const MIN_SPAN_MS = 10_000;

interface Window {
  messages: number;
  /** When the first of them arrived. */
  sinceMs: number;
  leastMs: number;
  mostMs: number;
}

export class ClockWatch {
  /** The message whose readings are being observed: its newest reading counts. */
  #atMs = 0;
  #aheadMs = 0;
  #beganMs = 0;
  #current: Window = emptyWindow();
  #before: Window = emptyWindow();
  #isZoned = true;

  /** A reading of time `ts` arrived at `nowMs`; `isZoned` is false where the time had no offset and was read as UTC. */
  observe(ts: number, nowMs: number, isZoned: boolean): void {
    const aheadMs = ts - nowMs;
    this.#isZoned = isZoned;
    if (nowMs === this.#atMs) {
      this.#aheadMs = Math.max(this.#aheadMs, aheadMs);
      return;
    }
    this.#count();
    this.#atMs = nowMs;
    this.#aheadMs = aheadMs;
  }

  /** How far the clock is ahead, or behind (below 0), in milliseconds; null where it is right, or that is unknown. */
  get offMs(): number | null {
    const parts = [this.#before, this.#current].filter(({ messages }) => messages > 0);
    if (this.#atMs > 0) parts.push({ messages: 1, sinceMs: this.#atMs, leastMs: this.#aheadMs, mostMs: this.#aheadMs });
    const messages = parts.reduce((sum, part) => sum + part.messages, 0);
    const mostMs = Math.max(...parts.map((part) => part.mostMs));
    const leastMs = Math.min(...parts.map((part) => part.leastMs));
    if (messages < MIN_MESSAGES || mostMs - leastMs > STEADY_WITHIN_MS) return null;
    // A time without an offset that lies the distance of a zone from now is explained by the zone.
    const isOfZone = !this.#isZoned && isZoneDistance(mostMs);
    const spanMs = this.#atMs - Math.min(...parts.map(({ sinceMs }) => sinceMs));
    if (!isOfZone && spanMs < MIN_SPAN_MS) return null;
    return Math.abs(mostMs) >= MIN_CLOCK_ERROR_MS ? mostMs : null;
  }

  #count(): void {
    if (this.#atMs === 0) return;
    if (this.#atMs - this.#beganMs > WINDOW_MS) {
      this.#before = this.#current;
      this.#current = emptyWindow();
      this.#beganMs = this.#atMs;
    }
    if (this.#current.messages === 0) this.#current.sinceMs = this.#atMs;
    this.#current.messages++;
    this.#current.leastMs = Math.min(this.#current.leastMs, this.#aheadMs);
    this.#current.mostMs = Math.max(this.#current.mostMs, this.#aheadMs);
  }
}

function emptyWindow(): Window {
  return { messages: 0, sinceMs: 0, leastMs: Number.POSITIVE_INFINITY, mostMs: Number.NEGATIVE_INFINITY };
}
