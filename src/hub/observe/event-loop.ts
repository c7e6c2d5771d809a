// How long the event loop was blocked, while no client is answered. Sampled often enough for delays that a person would notice, and
// seldom enough that an idle hub sleeps.
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 100;

export class EventLoopMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#delays.enable();
  }

  stop(): void {
    this.#delays.disable();
  }

  /** In seconds, the longest delay since the last call; 0 where it was not blocked. */
  takeMaxDelay(): number {
    // The monitor measures the time between samples, which are that far apart when nothing blocks the loop.
    const delayMs = this.#delays.max / 1e6 - RESOLUTION_MS;
    this.#delays.reset();
    return Math.max(0, delayMs) / 1_000;
  }
}
