// A worker thread that is there when it is asked and asleep when nobody does: an idle thread holds a dozen megabytes, and
// waking it takes less time than an eye notices.
import type { WorkerClient } from "./worker-client.ts";
import type { Methods } from "./worker-port.ts";

export class SleepingWorker<M extends Methods> {
  readonly #wake: () => Promise<WorkerClient<M>>;
  #awake: Promise<WorkerClient<M>> | null = null;
  #calls = 0;
  #askedSinceRest = false;

  /** `wake` starts the worker, ready to answer. */
  constructor(wake: () => Promise<WorkerClient<M>>) {
    this.#wake = wake;
  }

  async call<K extends keyof M & string>(method: K, argument: Parameters<M[K]>[0]): Promise<Awaited<ReturnType<M[K]>>> {
    this.#calls++;
    this.#askedSinceRest = true;
    try {
      this.#awake ??= this.#wake();
      return await (await this.#awake).call(method, argument);
    } finally {
      this.#calls--;
    }
  }

  /** To be called now and then: puts the worker to sleep when it was not asked since the last time. */
  async rest(): Promise<void> {
    if (this.#calls === 0 && !this.#askedSinceRest) await this.stop();
    this.#askedSinceRest = false;
  }

  async stop(): Promise<void> {
    const awake = this.#awake;
    this.#awake = null;
    if (awake !== null) await (await awake).stop();
  }
}
