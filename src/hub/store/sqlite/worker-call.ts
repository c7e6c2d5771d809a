// Calls methods on a worker thread and answers with promises. A thread may also say something of its own accord.
import { parentPort, Worker } from "node:worker_threads";
import { BrambleError } from "../../../shared/errors.ts";
import type { Damage } from "./chunks.ts";

/** What a worker offers: each method takes one argument, and answers at once or with a promise. */
export interface Methods {
  readonly [name: string]: (argument: never) => unknown;
}

/** What a worker says without being asked. */
export type Notice =
  | ({ readonly kind: "damaged-chunk" } & Damage)
  | { readonly kind: "upkeep-failed"; readonly reason: string };

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

export interface WorkerEvents {
  /** Called once when the worker dies: what was pending is rejected, and so is every call from then on. */
  readonly onDeath: (error: Error) => void;
  readonly onNotice: (notice: Notice) => void;
}

/** The calling side. */
export class WorkerClient<M extends Methods> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #dead: Error | null = null;

  constructor(url: URL, { onDeath, onNotice }: WorkerEvents) {
    this.#worker = new Worker(url);
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
  const port = ownerPort();
  port.on("message", ({ id, method, argument }: Request) => {
    const fail = (cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      port.postMessage({ id, message, cause } satisfies Response);
    };
    try {
      const run = methods[method];
      if (run === undefined) throw new Error(`no method ${method}`);
      const value = run(argument as never);
      if (value instanceof Promise) {
        value.then((settled: unknown) => port.postMessage({ id, value: settled } satisfies Response)).catch(fail);
      } else port.postMessage({ id, value } satisfies Response);
    } catch (cause) {
      fail(cause);
    }
  });
}

/** Says something to whoever started this worker. */
export function notify(notice: Notice): void {
  ownerPort().postMessage({ notice });
}

function ownerPort(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error("this file runs as a worker thread only");
  return parentPort;
}

function storeFailed(message: string, cause: unknown): BrambleError {
  return new BrambleError("store-failed", message, { cause });
}
