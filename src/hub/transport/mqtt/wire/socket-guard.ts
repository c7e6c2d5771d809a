// Sits between a client's socket and the broker by overriding how the socket is read and written: only whole, checked packets
// within the connection's budget are read. A copy through another stream would cost every message.
// Invariants:
//   - A stream calls `read(0)` on itself to fill its buffer and drops the result, so `read(0)` never returns packets.
//   - The broker is not told "readable" while it has packets in work: it reads again by itself when it is done, and that
//     read is what releases those packets' bytes.
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
  /** Called when the broker is done with the packets it was given. */
  readonly onBrokerDone: () => void;
}

export interface Guard {
  /** Packets have arrived that there is no room for, or that the broker is not done with. */
  readonly isBusy: boolean;
  /** Passes them on, as far as there is room now. */
  resume(): void;
}

/** Destroys the socket when its client sends something that is no MQTT packet, or too large a one. */
export function guardSocket(socket: Duplex, options: GuardOptions): Guard {
  const { share, onViolation } = options;
  const packets = new PacketSplitter(options);
  const read = socket.read.bind(socket);
  let isWaiting = false;
  let brokerBytes = 0;
  // Never reports back-pressure: one slow subscriber must not stall its publishers. Its unsent bytes are in the budget.
  batchWrites(socket, share);
  const releaseBrokerBytes = (): void => {
    if (brokerBytes > 0) share.release(brokerBytes);
    brokerBytes = 0;
  };
  const split = (): Buffer | null => {
    const found = packets.next();
    isWaiting = packets.hasWaiting;
    share.hold("waiting", isWaiting ? packets.bytes : 0);
    share.hold("unfinished", isWaiting ? 0 : packets.bytes);
    if (found.violation !== null && !socket.destroyed) {
      onViolation(found.violation);
      socket.destroy();
    }
    brokerBytes = found.brokerBytes;
    // Packets that were sent before the client disconnected are still handled, but the broker reads no more after them.
    if (socket.destroyed) releaseBrokerBytes();
    return found.rest;
  };
  Object.assign(socket, {
    read(size?: number): Buffer | null {
      if (size === 0) {
        read(0);
        return null;
      }
      // The broker reads again when it is done with the packets it was given.
      if (brokerBytes > 0) {
        releaseBrokerBytes();
        options.onBrokerDone();
      }
      // Read to the end of what has arrived: a stream emits "readable" only once for it.
      for (;;) {
        if (!packets.hasWaiting && packets.violation === null) {
          // The rest of a large packet waits for its turn: joining those of thousands of clients takes time, too.
          isWaiting = packets.bytes > SMALL_PACKET_BYTES && !share.hasRoomFor(READ_CHUNK_BYTES);
          if (isWaiting) return null;
          const chunk: unknown = read(size);
          if (!Buffer.isBuffer(chunk)) return null;
          share.take(chunk.length);
          share.release(chunk.length);
          packets.push(chunk);
          if (packets.isDropping) options.onDropping();
        }
        const rest = split();
        if (rest !== null || isWaiting || packets.violation !== null) return rest;
      }
    },
  });
  socket.once("close", releaseBrokerBytes);
  return {
    get isBusy() {
      return isWaiting || brokerBytes > 0;
    },
    resume() {
      if (isWaiting && brokerBytes === 0 && !socket.destroyed) socket.emit("readable");
    },
  };
}
