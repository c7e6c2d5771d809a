// Time is handed in, so that tests can turn it.

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Calls `task` every `periodMs` until the answer is called. */
  every(periodMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every: (periodMs, task) => {
    const timer = setInterval(task, periodMs);
    return () => clearInterval(timer);
  },
};
