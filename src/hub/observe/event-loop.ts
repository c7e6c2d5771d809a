// How long the event loop was held: meanwhile no client is answered. Looked at often enough to see what a person would
// notice, and seldom enough that an idle hub sleeps.
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

  /** In seconds, the longest since this was last asked; 0 where it was not held. */
  takeMaxDelay(): number {
    // The monitor measures from one look to the next, which are that far apart when nothing holds the loop.
    const delayMs = this.#delays.max / 1e6 - RESOLUTION_MS;
    this.#delays.reset();
    return Math.max(0, delayMs) / 1_000;
  }
}
