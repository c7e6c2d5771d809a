// The answering side of a worker thread. It may also post messages that are no answers.
import { parentPort } from "node:worker_threads";
import { errorText } from "../../../../shared/error-text.ts";
import type { Damage } from "../engine/chunks.ts";

/** The methods of a worker: each takes one argument, and returns a value or a promise. */
export interface Methods {
  readonly [name: string]: (argument: never) => unknown;
}

/** A message of a worker that is no answer. */
export type Notice =
  | ({ readonly kind: "damaged-chunk" } & Damage)
  | { readonly kind: "damaged-journal-row"; readonly rowId: number }
  | { readonly kind: "maintenance-failed"; readonly reason: string };

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly message: string; readonly cause: unknown };

/** The answering side: call it once, in the worker's entry file. */
export function answerCalls(methods: Methods): void {
  const port = ownerPort();
  port.on("message", ({ id, method, argument }: Request) => {
    const fail = (cause: unknown) => {
      const message = errorText(cause);
      port.postMessage({ id, message, cause } satisfies Response);
    };
    try {
      const run = methods[method];
      if (run === undefined) throw new Error(`no method ${method}`);
      const value = run(argument as never);
      if (value instanceof Promise) {
        value.then((settled: unknown) => port.postMessage({ id, value: settled } satisfies Response)).catch(fail);
      } else {
        port.postMessage({ id, value } satisfies Response, movedWith(value));
      }
    } catch (cause) {
      fail(cause);
    }
  });
}

const moved = new WeakMap<object, readonly ArrayBuffer[]>();

/** Transfers `buffers` of an argument or result instead of copying them; they are detached here then. */
export function moving<T extends object>(message: T, buffers: readonly ArrayBuffer[]): T {
  moved.set(message, buffers);
  return message;
}

/** The buffers that were given to `moving` with `message`. */
export function movedWith(message: unknown): readonly ArrayBuffer[] {
  return typeof message === "object" && message !== null ? (moved.get(message) ?? []) : [];
}

/** Posts a message to the thread that started this worker. */
export function notify(notice: Notice): void {
  ownerPort().postMessage({ notice });
}

function ownerPort(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error("this file runs as a worker thread only");
  return parentPort;
}
