// Between a client's socket and the session layer: passes on complete, checked packets within the connection's budget.
// Invariant: the socket is paused while the session layer handles packets, or while the budget has no room for those that
// arrived: TCP flow control then slows the client down.
import type { Duplex } from "node:stream";
import { batchWrites } from "./batched-writes.ts";
import { PacketSplitter, type PacketSplitterOptions } from "./packet-splitter.ts";
import type { Violation } from "./violation.ts";

/** The most that a socket reads at once. */
const READ_CHUNK_BYTES = 64 * 1024;
const SMALL_PACKET_BYTES = 4 * 1024;

export interface GuardOptions extends PacketSplitterOptions {
  /** Called once, just before the socket is destroyed. */
  readonly onViolation: (violation: Violation) => void;
  /** Called for each chunk of an oversized packet. */
  readonly onDropping: () => void;
  /** Called with packets that `take` declined; the next ones follow once `done` was called for these. */
  readonly pass: (packets: Buffer) => void;
}

export interface Guard {
  /** Packets wait for room in the budget, or the broker handles some. */
  readonly isBusy: boolean;
  /** The budget may have room now. */
  resume(): void;
  /** The broker has handled the packets passed on last. */
  done(): void;
  /** No more packets are passed on. */
  stop(): void;
}

/** Destroys the socket on a violation. */
export function guardSocket(socket: Duplex, options: GuardOptions): Guard {
  const { share, onViolation, onDropping, pass } = options;
  const packets = new PacketSplitter(options);
  let isWaiting = false;
  let brokerBytes = 0;
  let isPaused = false;
  let isStopped = false;
  // Never reports back-pressure: one slow subscriber must not stall its publishers. Its unsent bytes are in the budget.
  batchWrites(socket, share);
  const releaseBrokerBytes = (): void => {
    if (brokerBytes > 0) share.release(brokerBytes);
    brokerBytes = 0;
  };
  const split = (): Buffer | null => {
    const { rest, violation, brokerBytes: costBytes } = packets.next();
    const { hasWaiting, bytes } = packets;
    share.hold("waiting", hasWaiting ? bytes : 0);
    share.hold("unfinished", hasWaiting ? 0 : bytes);
    if (violation !== null && !socket.destroyed) {
      onViolation(violation);
      socket.destroy();
    }
    // Large packets arrive only while the budget has room: joining their chunks for thousands of clients takes CPU time.
    isWaiting = hasWaiting || (bytes > SMALL_PACKET_BYTES && !share.hasRoomFor(READ_CHUNK_BYTES));
    brokerBytes = costBytes;
    return rest;
  };
  /** Passes on received packets as far as the budget has room. */
  const passOn = (): void => {
    while (!isStopped && brokerBytes === 0) {
      const rest = split();
      if (rest === null) break;
      pass(rest);
    }
    // Packets before a disconnect are still handled, but the broker never calls `done` for them.
    if (socket.destroyed) releaseBrokerBytes();
    isPaused = isWaiting || isStopped || brokerBytes > 0;
    if (isPaused) socket.pause();
  };
  const readOn = (): void => {
    // While the socket is not paused, its reads drive `passOn`.
    if (!isPaused || socket.destroyed) return;
    isPaused = false;
    passOn();
    if (!isPaused) socket.resume();
  };
  socket.on("data", (chunk: Buffer) => {
    if (isStopped) return;
    share.take(chunk.length);
    share.release(chunk.length);
    packets.push(chunk);
    if (packets.isDropping) onDropping();
    passOn();
  });
  socket.once("close", releaseBrokerBytes);
  return {
    get isBusy() {
      return isWaiting || brokerBytes > 0;
    },
    resume() {
      if (isWaiting && brokerBytes === 0) readOn();
    },
    done() {
      releaseBrokerBytes();
      readOn();
    },
    stop() {
      isStopped = true;
      socket.pause();
    },
  };
}
