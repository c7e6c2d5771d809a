// Paces a move by the readings that devices send meanwhile: they share the disk, and often the computer, with it. After each step it
// rests for a multiple of the time that the step took. The multiple doubles while a live message waits too long for its commit, and
// halves while none does, so that the move runs at full speed where it holds up nobody.
import { setTimeout as sleep } from "node:timers/promises";

/** The promise is an acknowledgement within 50 ms; the rest of it is the network's and the broker's. */
const MAX_WAIT_MS = 40;
const MIN_MULTIPLE = 1 / 8;
/** At least a fifth of the time is the move's: on a disk that is slow without it, too, it has to come to an end. */
const MAX_MULTIPLE = 4;
const MAX_REST_MS = 1_000;

export class Pacing {
  readonly #nowMs: () => number;
  #slowestMs = 0;
  #multiple = 0;

  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** A live message was stored after so long. */
  stored(waitMs: number): void {
    if (waitMs > this.#slowestMs) this.#slowestMs = waitMs;
  }

  /** Runs a step, then rests. */
  async step<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const startedAt = this.#nowMs();
    const result = await work();
    const restMs = this.restMs(this.#nowMs() - startedAt);
    // A move that is ended has nothing left to wait for.
    if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    return result;
  }

  /** How long to rest after a step that took so long. */
  restMs(stepMs: number): number {
    const isTooSlow = this.#slowestMs > MAX_WAIT_MS;
    this.#slowestMs = 0;
    if (isTooSlow) this.#multiple = Math.min(MAX_MULTIPLE, Math.max(MIN_MULTIPLE, 2 * this.#multiple));
    else this.#multiple = this.#multiple > MIN_MULTIPLE ? this.#multiple / 2 : 0;
    return Math.min(MAX_REST_MS, this.#multiple * stepMs);
  }
}
