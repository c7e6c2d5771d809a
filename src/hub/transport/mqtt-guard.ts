// Stands between a socket and the broker, which neither limits what a client sends before it is known, nor what piles up
// for one that does not read. The two calls that the broker makes on the socket are overridden rather than piped through
// another stream, which would cost every message a copy.
import type { Socket } from "node:net";

export interface GuardOptions {
  /** Largest packet, fixed header included, that is read. */
  readonly packetBytes: number;
  /** Most that may wait to be sent. */
  readonly unsentBytes: number;
  /** Called once, just before the socket is destroyed. */
  readonly onViolation: (reason: string) => void;
}

/** Destroys the socket when its client sends what is no MQTT packet or too large a one, or does not read. */
export function guardSocket(socket: Socket, { packetBytes, unsentBytes, onViolation }: GuardOptions): void {
  const framing = new Framing(packetBytes);
  const end = (reason: string): void => {
    if (socket.destroyed) return;
    onViolation(reason);
    socket.destroy();
  };
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  Object.assign(socket, {
    read(size?: number): unknown {
      const chunk: unknown = read(size);
      const fault = chunk instanceof Uint8Array ? framing.check(chunk) : null;
      if (fault === null) return chunk;
      end(fault);
      return null;
    },
    // Always "go on": whoever publishes must not wait for whoever does not read.
    write(...args: unknown[]): true {
      Reflect.apply(write, socket, args);
      if (socket.writableLength > unsentBytes) end(`over ${unsentBytes} bytes wait because it does not read`);
      return true;
    },
  });
}

/** Follows packet boundaries through chunks (MQTT 3.1.1, section 2.2: type and flags, then the length in 1-4 bytes). */
class Framing {
  readonly #packetBytes: number;
  /** Bytes of the present packet still to come; 0 between packets. */
  #rest = 0;
  /** The length read so far, while it is incomplete. */
  #length = { value: 0, bytes: 0, open: false };

  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes;
  }

  /** What is wrong with the stream, or null. */
  check(chunk: Uint8Array): string | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#rest > 0) {
        const skipped = Math.min(this.#rest, chunk.length - at);
        this.#rest -= skipped;
        at += skipped;
      } else if (this.#length.open) {
        const fault = this.#lengthByte(chunk[at++] ?? 0);
        if (fault !== null) return fault;
      } else {
        const type = (chunk[at++] ?? 0) >> 4;
        if (type === 0 || type === 15) return `packet type ${type} does not exist`;
        this.#length = { value: 0, bytes: 0, open: true };
      }
    }
    return null;
  }

  #lengthByte(byte: number): string | null {
    const { value, bytes } = this.#length;
    const length = { value: value + (byte & 127) * 128 ** bytes, bytes: bytes + 1, open: byte > 127 };
    if (length.open && length.bytes === 4) return "the length of a packet has over 4 bytes";
    const packetBytes = 1 + length.bytes + length.value;
    if (packetBytes > this.#packetBytes)
      return `a packet of ${packetBytes} bytes or more; ${this.#packetBytes} are read`;
    this.#length = length;
    if (!length.open) this.#rest = length.value;
    return null;
  }
}
