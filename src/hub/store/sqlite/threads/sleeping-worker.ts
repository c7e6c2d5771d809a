// A worker thread that is started by a call and ended when idle: an idle thread holds a dozen megabytes, and starting it
// is not noticeable.
import { BrambleError } from "../../../../shared/errors.ts";
import type { WorkerClient } from "./worker-client.ts";
import type { Methods } from "./worker-port.ts";

export class SleepingWorker<M extends Methods> {
  readonly #wake: () => Promise<WorkerClient<M>>;
  #client: Promise<WorkerClient<M>> | null = null;
  #calls = 0;
  #calledSinceCheck = false;
  #closed = false;

  /** `wake` starts the worker, ready to answer; where it cannot, it leaves nothing behind. */
  constructor(wake: () => Promise<WorkerClient<M>>) {
    this.#wake = wake;
  }

  async call<K extends keyof M & string>(method: K, argument: Parameters<M[K]>[0]): Promise<Awaited<ReturnType<M[K]>>> {
    this.#calls++;
    this.#calledSinceCheck = true;
    try {
      if (this.#closed) throw new BrambleError("store-failed", "the store is closed");
      this.#client ??= this.#wake();
      return await (await this.#discardOnFailure(this.#client)).call(method, argument);
    } finally {
      this.#calls--;
    }
  }

  /** To be called periodically: ends the worker when it had no call since the last time. */
  async sleepIfIdle(): Promise<void> {
    const isIdle = this.#calls === 0 && !this.#calledSinceCheck;
    this.#calledSinceCheck = false;
    if (isIdle) await this.#sleep();
  }

  /** Ends it for good: further calls are rejected. */
  async stop(): Promise<void> {
    this.#closed = true;
    await this.#sleep();
  }

  async #sleep(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    // One that did not wake is no longer there to be stopped.
    await client?.then(
      (worker) => worker.stop(),
      () => undefined,
    );
  }

  /** A failure is not cached: the next call tries again. */
  async #discardOnFailure(client: Promise<WorkerClient<M>>): Promise<WorkerClient<M>> {
    try {
      return await client;
    } catch (error) {
      if (this.#client === client) this.#client = null;
      throw error;
    }
  }
}
