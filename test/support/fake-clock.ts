// A clock that stands still until the test turns it.
import type { Clock } from "../../src/hub/clock.ts";

export class FakeClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ dueMs: number; readonly periodMs: number; readonly task: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  every(periodMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + periodMs, periodMs, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Jumps, as a clock does that is set: timers run on as if nothing had happened. */
  set(nowMs: number): void {
    const jumpMs = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    for (const timer of this.#timers) timer.dueMs += jumpMs;
  }

  /** Goes `ms` on; tasks run at their times, in their order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined || next.dueMs > endMs) break;
      this.#nowMs = next.dueMs;
      next.dueMs += next.periodMs;
      next.task();
    }
    this.#nowMs = endMs;
  }
}
