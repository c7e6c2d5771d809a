// A fake clock, advanced by the test.
import type { Clock } from "../../src/hub/clock.ts";

const HOUR_MS = 3_600_000;

interface Timer {
  dueMs: number;
  readonly periodMs: number;
  readonly task: () => void;
}

export class FakeClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

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

  /**
   * Advances by `ms`, of which tasks only run during the last hour, as after sleep: running tasks of every second for days would take too
   * long.
   */
  leap(ms: number): void {
    const lastMs = Math.min(ms, HOUR_MS);
    this.set(this.#nowMs + ms - lastMs);
    this.advance(lastMs);
  }

  /** Advances by `ms`, running tasks at their times in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#next();
      if (next === null || next.dueMs > endMs) break;
      this.#nowMs = next.dueMs;
      next.dueMs += next.periodMs;
      next.task();
    }
    this.#nowMs = endMs;
  }

  /** Of those that are due first the oldest. A day is hundreds of thousands of calls: nothing is sorted. */
  #next(): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) if (next === null || timer.dueMs < next.dueMs) next = timer;
    return next;
  }
}
