// Sits between a client's socket and the session layer: only whole, checked packets within the connection's budget get there.
// Invariant: nothing is read from the socket while the session layer has packets in work, or while there is no room for what
// has arrived. So the client has to wait.
import type { Duplex } from "node:stream";
import { batchWrites } from "./batched-writes.ts";
import { PacketSplitter, type PacketSplitterOptions } from "./packet-splitter.ts";
import type { Violation } from "./violation.ts";

/** What a socket reads at once. */
const READ_CHUNK_BYTES = 64 * 1024;
const SMALL_PACKET_BYTES = 4 * 1024;

export interface GuardOptions extends PacketSplitterOptions {
  /** Called once, just before the socket is destroyed. */
  readonly onViolation: (violation: Violation) => void;
  /** Called for each piece of a packet that is too large and is dropped. */
  readonly onDropping: () => void;
  /** Given packets that `take` left to the broker: it gets the next ones when `done` was called for these. */
  readonly pass: (packets: Buffer) => void;
}

export interface Guard {
  /** Packets have arrived that there is no room for, or that the broker is not done with. */
  readonly isBusy: boolean;
  /** There may be room now. */
  resume(): void;
  /** The broker is done with the packets that were passed on last. */
  done(): void;
  /** The connection takes no more packets. */
  stop(): void;
}

/** Destroys the socket when its client sends something that is no MQTT packet, or too large a one. */
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
    // The rest of a large packet waits for its turn: joining those of thousands of clients takes time, too.
    isWaiting = hasWaiting || (bytes > SMALL_PACKET_BYTES && !share.hasRoomFor(READ_CHUNK_BYTES));
    brokerBytes = costBytes;
    return rest;
  };
  /** Passes on what has arrived, as far as there is room. */
  const passOn = (): void => {
    while (!isStopped && brokerBytes === 0) {
      const rest = split();
      if (rest === null) break;
      pass(rest);
    }
    // Packets that were sent before the client disconnected are still handled, but the broker is not done with them ever.
    if (socket.destroyed) releaseBrokerBytes();
    isPaused = isWaiting || isStopped || brokerBytes > 0;
    if (isPaused) socket.pause();
  };
  const readOn = (): void => {
    // It passes on by itself while it is at it.
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
