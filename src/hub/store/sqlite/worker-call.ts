// Calls methods on a worker thread and answers with promises. One request, one answer, in order of arrival.
import { parentPort, Worker } from "node:worker_threads";
import { BrambleError } from "../../../shared/errors.ts";

/** What a worker offers: each method takes one argument and answers at once. */
export interface Methods {
  readonly [name: string]: (argument: never) => unknown;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly message: string; readonly cause: unknown };

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The calling side. A worker that dies rejects what is pending and calls `onDeath` once. */
export class WorkerClient<M extends Methods> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #dead: Error | null = null;

  constructor(url: URL, onDeath: (error: Error) => void) {
    this.#worker = new Worker(url);
    this.#worker.on("message", (response: Response) => this.#settle(response));
    this.#worker.once("error", (error) =>
      this.#die(error instanceof Error ? error : new Error(String(error)), onDeath),
    );
    this.#worker.once("exit", () => this.#die(new Error("the store's thread ended"), onDeath));
  }

  call<K extends keyof M & string>(method: K, argument: Parameters<M[K]>[0]): Promise<ReturnType<M[K]>> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== null) {
        reject(storeFailed(this.#dead.message, this.#dead));
        return;
      }
      const request: Request = { id: this.#nextId++, method, argument };
      this.#pending.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    this.#dead ??= new Error("the store is closed");
    await this.#worker.terminate();
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if ("value" in response) pending?.resolve(response.value as never);
    else pending?.reject(storeFailed(response.message, response.cause));
  }

  #die(error: Error, onDeath: (error: Error) => void): void {
    const stopped = this.#dead !== null;
    this.#dead ??= error;
    for (const { reject } of this.#pending.values()) reject(storeFailed(error.message, error));
    this.#pending.clear();
    if (!stopped) onDeath(error);
  }
}

/** The answering side: call it once, in the worker's entry file. */
export function answerCalls(methods: Methods): void {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread only");
  port.on("message", (request: Request) => port.postMessage(answer(methods, request)));
}

function answer(methods: Methods, { id, method, argument }: Request): Response {
  try {
    const run = methods[method];
    if (run === undefined) throw new Error(`no method ${method}`);
    return { id, value: run(argument as never) };
  } catch (cause) {
    return { id, message: cause instanceof Error ? cause.message : String(cause), cause };
  }
}

function storeFailed(message: string, cause: unknown): BrambleError {
  return new BrambleError("store-failed", message, { cause });
}
