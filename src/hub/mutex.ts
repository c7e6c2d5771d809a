// Runs asynchronous work one at a time, in the order in which it was handed in. Work that fails does not keep back what is behind it.

export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins `work` once all that was handed in before has ended; settles as it does. */
  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // Its caller hears of a failure.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was handed in so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
