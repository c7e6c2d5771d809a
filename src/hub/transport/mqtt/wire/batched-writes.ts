// Batches the writes to a client within one turn of the event loop: a packet is written in five or six pieces, and each would
// be a system call, or a WebSocket frame, of its own.
// Invariants:
//   - Bytes leave in the order of the writes; ending or destroying the socket flushes the batch first.
//   - The batch and what the socket has not sent count as `unsent` bytes of the budget, each write with its overhead: a client
//     that does not read may be owed many small writes.
import type { Duplex } from "node:stream";
import type { Share } from "../../../access/limits/share.ts";

/** Larger batches are no faster. */
const MAX_BATCH_BYTES = 64 * 1024;
/** Memory overhead of a pending write. */
const WRITE_BYTES = 256;

type Done = (error?: Error | null) => void;

/** One immediate flushes all sockets of a turn: one for each socket would cost as much as a message. */
let toFlush: (() => void)[] = [];

function flushInThisTurn(flush: () => void): void {
  if (toFlush.length === 0) setImmediate(flushAll);
  toFlush.push(flush);
}

function flushAll(): void {
  const flushes = toFlush;
  toFlush = [];
  for (const flush of flushes) flush();
}

/** Overrides how a socket is written to. Its `write` never reports back-pressure: see `guardSocket`. */
export function batchWrites(socket: Duplex, share: Share): void {
  const write = socket.write.bind(socket);
  const end = socket.end.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let isScheduled = false;
  let hasUnsent = false;
  let writes = 0;

  const reportUnsent = (): void => {
    const unsentBytes = batchBytes + socket.writableLength + WRITE_BYTES * writes;
    if (!hasUnsent && unsentBytes <= socket.writableHighWaterMark) return;
    hasUnsent = true;
    share.hold("unsent", unsentBytes);
  };
  const released = (): void => {
    hasUnsent = false;
    share.hold("unsent", 0);
  };
  const written = (): void => {
    writes--;
    if (hasUnsent && writes === 0 && batchBytes === 0) released();
  };
  const flush = (done?: Done): void => {
    const [only] = batch;
    if (only === undefined) return;
    const bytes = batch.length === 1 ? only : Buffer.concat(batch, batchBytes);
    batch = [];
    batchBytes = 0;
    if (!socket.writable && done === undefined) return;
    // The only pending write, at most: its overhead need not be counted.
    if (socket.writableLength === 0 && !hasUnsent && done === undefined) {
      write(bytes);
      return;
    }
    writes++;
    write(bytes, (error?: Error | null) => {
      written();
      done?.(error);
    });
  };
  const flushLater = (): void => {
    isScheduled = false;
    flush();
  };

  Object.assign(socket, {
    write(chunk: Uint8Array | string, ...rest: readonly unknown[]): true {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      batch.push(bytes);
      batchBytes += bytes.length;
      const done = rest.find(isDone);
      if (done !== undefined || batchBytes >= MAX_BATCH_BYTES) flush(done);
      else if (!isScheduled) {
        isScheduled = true;
        flushInThisTurn(flushLater);
      }
      reportUnsent();
      return true;
    },
    end(...args: readonly unknown[]): Duplex {
      flush();
      return Reflect.apply(end, socket, args);
    },
    destroy(error?: Error): Duplex {
      flush();
      return destroy(error);
    },
    // The packet library corks the socket for each packet; the batch replaces that.
    cork() {},
    uncork() {},
  });
  socket.on("drain", released);
}

function isDone(argument: unknown): argument is Done {
  return typeof argument === "function";
}
