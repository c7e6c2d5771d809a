// Collects what a client is sent in one turn of the event loop and writes it at once: a packet is written in five or six
// pieces, and each would be a system call, or a WebSocket frame, of its own.
// Invariants:
//   - The order of the bytes is that of the writes, and nothing that was written is lost when the socket is ended or destroyed.
//   - What is collected and what the socket has not sent count towards the `unsent` bytes of the budget, each write with what it
//     costs beside its bytes: a client that does not read may have been sent many that are small.
import type { Duplex } from "node:stream";
import type { Share } from "../../../access/limits/share.ts";

/** More is not collected: larger writes do not go any faster. */
const MAX_BATCH_BYTES = 64 * 1024;
/** What a write costs in memory until it is done. */
const WRITE_BYTES = 256;

type Done = (error?: Error | null) => void;

/** Of all sockets that something was collected for in this turn: one look for all, where each would cost a message. */
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
    // The system takes it at once, or it is the only one that waits: what a write costs beside its bytes is told of those behind it.
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
    // The packet library corks the socket for each packet, which the batch is for.
    cork() {},
    uncork() {},
  });
  socket.on("drain", released);
}

function isDone(argument: unknown): argument is Done {
  return typeof argument === "function";
}
