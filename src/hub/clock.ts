// The clock is injected, so that tests can advance it.

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Calls `task` every `periodMs` until the returned function is called. */
  every(periodMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every: (periodMs, task) => {
    const timer = setInterval(task, periodMs);
    return () => clearInterval(timer);
  },
};
