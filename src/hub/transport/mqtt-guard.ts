// Stands between a socket and the broker, which neither limits what a client sends before it is known, nor what piles up
// for one that does not read. Packets that need no broker can be taken out on the way. The two calls that the broker makes
// on the socket are overridden rather than piped through another stream, which would cost every message a copy.
import type { Duplex } from "node:stream";

const PUBACK = 4;
/** What a client begins with that has the wrong port. */
const HTTP_REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT) /;
const TLS_HELLO = "\x16\x03";
const LONGEST_BEGINNING = 8;

/** The violation of one that speaks something else. */
export const SPEAKS_HTTP = "it speaks HTTP";
export const SPEAKS_TLS = "it speaks TLS";

export interface GuardOptions {
  /** Largest packet, fixed header included, that is read. */
  readonly packetBytes: number;
  /** Most that may wait to be sent. */
  readonly unsentBytes: number;
  /** Given every packet that arrives, in order, before anybody else: in words what is wrong with it, or null. */
  readonly check: (packet: RawPacket) => string | null;
  /** Called once, just before the socket is destroyed. */
  readonly onViolation: (reason: string) => void;
  /**
   * Offered every packet that arrives, in order, until it leaves one to the broker: those behind it in the same read are
   * the broker's too, so that nothing overtakes. True takes the packet out.
   */
  readonly take: (packet: RawPacket) => boolean;
  /** Told of every PUBACK that arrives; the broker sees it too. */
  readonly acknowledged: (packetId: number) => void;
  /** While true nothing is read, and the client has to wait. */
  readonly isBusy: () => boolean;
}

/** A whole packet inside `bytes`, which are only good during the call. */
export interface RawPacket {
  readonly bytes: Buffer;
  /** Type and flags (MQTT 3.1.1, section 2.2). */
  readonly header: number;
  /** Where the variable header begins, and the packet ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * Destroys the socket when its client sends what is no MQTT packet or too large a one, or does not read.
 * To be told, by a call of the answer, when it is no longer busy.
 */
export function guardSocket(socket: Duplex, options: GuardOptions): () => void {
  const { packetBytes, unsentBytes, check, onViolation, take, acknowledged, isBusy } = options;
  let waits = false;
  const packets = new Packets(packetBytes, check, take, acknowledged);
  const end = (reason: string): void => {
    if (socket.destroyed) return;
    onViolation(reason);
    socket.destroy();
  };
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  Object.assign(socket, {
    read(size?: number): unknown {
      waits = isBusy();
      if (waits) return null;
      const chunk: unknown = read(size);
      if (!Buffer.isBuffer(chunk)) return chunk;
      const rest = packets.sift(chunk);
      if (typeof rest !== "string") return rest;
      end(rest);
      return null;
    },
    // Always "go on": whoever publishes must not wait for whoever does not read.
    write(...args: unknown[]): true {
      Reflect.apply(write, socket, args);
      if (socket.writableLength > unsentBytes) end(`over ${unsentBytes} bytes wait because it does not read`);
      return true;
    },
  });
  return () => {
    if (!waits || socket.destroyed) return;
    waits = false;
    socket.emit("readable");
  };
}

/** Finds the packets in what arrives (MQTT 3.1.1, section 2.2: type and flags, then the length in 1-4 bytes). */
class Packets {
  readonly #packetBytes: number;
  readonly #check: GuardOptions["check"];
  readonly #take: GuardOptions["take"];
  readonly #acknowledged: GuardOptions["acknowledged"];
  #hasBegun = false;
  /** The beginning of a packet whose end has not arrived. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  /** How long that packet is; 1 more than has arrived while its length is not known. */
  #neededBytes = 0;

  constructor(
    packetBytes: number,
    check: GuardOptions["check"],
    take: GuardOptions["take"],
    acknowledged: GuardOptions["acknowledged"],
  ) {
    this.#packetBytes = packetBytes;
    this.#check = check;
    this.#take = take;
    this.#acknowledged = acknowledged;
  }

  /** The whole packets that were not taken, null where there are none, or in words what is wrong with the stream. */
  sift(chunk: Buffer): Buffer | string | null {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const foreign = foreignProtocol(chunk);
      if (foreign !== null) return foreign;
    }
    this.#begunBytes += chunk.length;
    if (this.#begunBytes < this.#neededBytes) {
      this.#begun.push(chunk);
      return null;
    }
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([...this.#begun, chunk]);
    this.#begun = [];
    let at = 0;
    let leftFrom = -1;
    for (;;) {
      const packet = this.#packetAt(bytes, at);
      if (typeof packet === "string") return packet;
      if (packet === null) break;
      const fault = this.#check(packet);
      if (fault !== null) return fault;
      if (packet.header >> 4 === PUBACK && packet.start + 2 <= packet.end)
        this.#acknowledged(bytes.readUInt16BE(packet.start));
      if (leftFrom < 0 && !this.#take(packet)) leftFrom = at;
      at = packet.end;
    }
    if (at < bytes.length) this.#begun.push(bytes.subarray(at));
    this.#begunBytes = bytes.length - at;
    return leftFrom < 0 ? null : bytes.subarray(leftFrom, at);
  }

  /** The packet that begins at `at`, null where its end has not arrived, or what is wrong with it. */
  #packetAt(bytes: Buffer, at: number): RawPacket | string | null {
    const header = bytes[at];
    this.#neededBytes = bytes.length - at + 1;
    if (header === undefined) return null;
    const type = header >> 4;
    if (type === 0 || type === 15) return `packet type ${type} does not exist`;
    let length = 0;
    for (let index = 1; ; index++) {
      const byte = bytes[at + index];
      if (byte === undefined) return null;
      length += (byte & 127) * 128 ** (index - 1);
      if (byte > 127 && index === 4) return "the length of a packet has over 4 bytes";
      if (byte > 127) continue;
      const packetBytes = 1 + index + length;
      if (packetBytes > this.#packetBytes) {
        return `a packet of ${packetBytes} bytes or more; ${this.#packetBytes} are read`;
      }
      if (at + packetBytes <= bytes.length) return { bytes, header, start: at + 1 + index, end: at + packetBytes };
      this.#neededBytes = packetBytes;
      return null;
    }
  }
}

function foreignProtocol(chunk: Buffer): string | null {
  const beginning = chunk.toString("latin1", 0, LONGEST_BEGINNING);
  if (beginning.startsWith(TLS_HELLO)) return SPEAKS_TLS;
  return HTTP_REQUEST.test(beginning) ? SPEAKS_HTTP : null;
}
