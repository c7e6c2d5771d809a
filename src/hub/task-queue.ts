// Limits the tasks of all clients that run at once: a dashboard sends the queries of all its panels together, and a client that has
// gone sends them anew. So memory is bounded. The others wait in order, until nobody wants them any more.

export class TaskQueue {
  readonly #atOnce: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Calls `task` in its turn, or with false as soon as one of the signals is aborted. */
  async run<T>(signals: readonly AbortSignal[], task: (isWanted: boolean) => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++;
    else if (!(await this.#turn(signals))) return task(false);
    try {
      return await task(signals.every(({ aborted }) => !aborted));
    } finally {
      // In another turn of the event loop: what this one found has yet to be written, and takes as long.
      setImmediate(() => this.#next());
    }
  }

  /** The next in the queue takes over the place. */
  #next(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next();
  }

  /** False where it is not waited for any longer. */
  #turn(signals: readonly AbortSignal[]): Promise<boolean> {
    return new Promise((resolve) => {
      const begin = () => end(true);
      const giveUp = () => end(false);
      const end = (begins: boolean) => {
        this.#waiting.delete(begin);
        for (const signal of signals) signal.removeEventListener("abort", giveUp);
        resolve(begins);
      };
      this.#waiting.add(begin);
      for (const signal of signals) {
        signal.addEventListener("abort", giveUp);
        if (signal.aborted) giveUp();
      }
    });
  }
}
