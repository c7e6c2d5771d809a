// Runs long work in the background of a thread, a step at a time, so that other work of the thread runs in between.

interface Job {
  readonly steps: Iterator<void>;
  readonly settled: PromiseWithResolvers<void>;
}

export class Slices {
  readonly #jobs: Job[] = [];

  /** Runs `steps` after the work handed in before; resolves when it is done, rejects with what it throws. */
  run(steps: Iterator<void>): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#jobs.push({ steps, settled });
    if (this.#jobs.length === 1) setImmediate(() => this.#resume());
    return settled.promise;
  }

  /** Runs one step now, if any, for a caller that cannot wait. */
  step(): void {
    const job = this.#jobs[0];
    if (job === undefined) return;
    try {
      if (job.steps.next().done === true) {
        this.#jobs.shift();
        job.settled.resolve();
      }
    } catch (error) {
      this.#jobs.shift();
      job.settled.reject(error);
    }
  }

  /** Drops what is not done; it rejects. */
  stop(): void {
    for (const { settled } of this.#jobs.splice(0)) settled.reject(new Error("the store is closed"));
  }

  #resume(): void {
    this.step();
    if (this.#jobs.length > 0) setImmediate(() => this.#resume());
  }
}
