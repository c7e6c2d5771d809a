// Limits the concurrent queries of all clients, since a dashboard sends those of all its panels at once; so memory is bounded. The
// others wait in order, until they time out or their client disconnects.
import type { QueryLimits } from "./evaluation/query-limits.ts";

const QUERIES_AT_ONCE = 3;

export class QueryQueue {
  readonly #waiting = new Set<() => void>();
  #running = 0;

  async run<T>(limits: QueryLimits, task: () => Promise<T>): Promise<T> {
    if (this.#running < QUERIES_AT_ONCE) this.#running++;
    else await this.#turn(limits);
    try {
      return await task();
    } finally {
      // The next query in the queue takes over the slot.
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Throws a QueryError where it is not waited for any longer. */
  async #turn(limits: QueryLimits): Promise<void> {
    const hasTurn = await new Promise<boolean>((resolve) => {
      const begin = () => end(true);
      const giveUp = () => end(false);
      const end = (begins: boolean) => {
        this.#waiting.delete(begin);
        for (const signal of limits.signals) signal.removeEventListener("abort", giveUp);
        resolve(begins);
      };
      this.#waiting.add(begin);
      for (const signal of limits.signals) signal.addEventListener("abort", giveUp);
    });
    if (!hasTurn) limits.check();
  }
}
