// The calling side of a worker thread: methods that answer with promises.
import { Worker } from "node:worker_threads";
import { BrambleError } from "../../../../shared/errors.ts";
import { type Methods, movedWith, type Notice, type Request, type Response } from "./worker-port.ts";

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export interface WorkerEvents {
  /** Called once when the worker has failed: pending and later calls are rejected. */
  readonly onDeath: (error: Error) => void;
  readonly onNotice: (notice: Notice) => void;
}

/**
 * Objects are short-lived here, and V8's default is a young generation of six times the size, which it fills before it collects.
 * The smaller the limit of the old generation, the less that grows between collections; it takes some dozen megabytes.
 */
const MEMORY = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1_024 };

/** The calling side. */
export class WorkerClient<M extends Methods> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #failure: Error | null = null;

  constructor(url: URL, { onDeath, onNotice }: WorkerEvents) {
    this.#worker = new Worker(url, { resourceLimits: MEMORY });
    this.#worker.on("message", (message: Response | { readonly notice: Notice }) => {
      if ("notice" in message) onNotice(message.notice);
      else this.#settle(message);
    });
    this.#worker.once("error", (error) =>
      this.#die(error instanceof Error ? error : new Error(String(error)), onDeath),
    );
    this.#worker.once("exit", () => this.#die(new Error("the store's thread ended"), onDeath));
  }

  call<K extends keyof M & string>(method: K, argument: Parameters<M[K]>[0]): Promise<Awaited<ReturnType<M[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(storeFailed(this.#failure.message, this.#failure));
        return;
      }
      const request: Request = { id: this.#nextId++, method, argument };
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, movedWith(argument));
    });
  }

  async stop(): Promise<void> {
    this.#failure ??= new Error("the store is closed");
    await this.#worker.terminate();
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if ("value" in response) pending?.resolve(response.value as never);
    else pending?.reject(storeFailed(response.message, response.cause));
  }

  #die(error: Error, onDeath: (error: Error) => void): void {
    const stopped = this.#failure !== null;
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(storeFailed(error.message, error));
    this.#pending.clear();
    if (!stopped) onDeath(error);
  }
}

function storeFailed(message: string, cause: unknown): BrambleError {
  return new BrambleError("store-failed", message, { cause });
}
