// Stands between a socket and the broker, which neither limits what a client sends before it is known, nor what piles up
// for one that does not read. Packets go on only while the client's share of the budget has room. Packets that need no
// broker can be taken out on the way. The two calls that the broker makes on the socket are overridden rather than piped
// through another stream, which would cost every message a copy.
import type { Duplex } from "node:stream";
import { mostCostOf, PARSED_MESSAGE_BYTES, type Share } from "../../access/budget.ts";

const PUBACK = 4;
/** What a socket reads at once. */
const CHUNK_BYTES = 64 * 1024;
const SMALL_PACKET_BYTES = 4 * 1024;
/** What a client begins with that has the wrong port. */
const HTTP_REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT) /;
const TLS_HELLO = "\x16\x03";
const LONGEST_BEGINNING = 8;

/** The violation of one that speaks something else. */
export const SPEAKS_HTTP = "it speaks HTTP";
export const SPEAKS_TLS = "it speaks TLS";

export interface GuardOptions {
  readonly share: Share;
  /** Largest packet, fixed header included, that is read. */
  readonly maxPacketBytes: number;
  /** Given every packet that arrives, in order, before anybody else: in words what is wrong with it, or null. */
  readonly check: (packet: RawPacket) => string | null;
  /** Called once, just before the socket is destroyed. */
  readonly onViolation: (reason: string) => void;
  /**
   * Offered every packet that arrives, in order, until it leaves one to the broker: those behind it in the same read are
   * the broker's too, so that nothing overtakes. True takes the packet out, and what it costs from the share.
   */
  readonly take: (packet: RawPacket) => boolean;
  /** Told of every PUBACK that arrives; the broker sees it too. */
  readonly acknowledged: (packetId: number) => void;
  /** Called when the broker has done with the packets that it was given. */
  readonly onBrokerDone: () => void;
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

export interface Guard {
  /** Packets have arrived that there is no room for, or that the broker has not done with. */
  readonly isBusy: boolean;
  /** Passes them on, as far as there is room now. */
  resume(): void;
}

/** Destroys the socket when its client sends what is no MQTT packet or too large a one. */
export function guardSocket(socket: Duplex, options: GuardOptions): Guard {
  const { share, onViolation } = options;
  const packets = new Packets(options);
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  let isWaiting = false;
  let brokersBytes = 0;
  let isUnread = false;
  const releaseBrokers = (): void => {
    if (brokersBytes > 0) share.release(brokersBytes);
    brokersBytes = 0;
  };
  const sift = (): Buffer | null => {
    const found = packets.next();
    isWaiting = packets.hasWaiting;
    share.hold("waiting", isWaiting ? packets.bytes : 0);
    share.hold("unfinished", isWaiting ? 0 : packets.bytes);
    if (found.violation !== null && !socket.destroyed) {
      onViolation(found.violation);
      socket.destroy();
    }
    brokersBytes = found.brokersBytes;
    // What a client sent before it hung up is still taken, and nobody says when the broker has done with it.
    if (socket.destroyed) releaseBrokers();
    return found.rest;
  };
  Object.assign(socket, {
    read(size?: number): Buffer | null {
      // The stream asks itself to fill its buffer, and drops what it is answered.
      if (size === 0) {
        read(0);
        return null;
      }
      // The broker asks for more when it has done with what it was given.
      if (brokersBytes > 0) {
        releaseBrokers();
        options.onBrokerDone();
      }
      // To the end of what has arrived: a stream says only once that there is more.
      for (;;) {
        if (!packets.hasWaiting && packets.violation === null) {
          // A large packet is read on only in turn: what arrives of thousands takes its time, too.
          isWaiting = packets.bytes > SMALL_PACKET_BYTES && !share.hasRoomFor(CHUNK_BYTES);
          if (isWaiting) return null;
          const chunk: unknown = read(size);
          if (!Buffer.isBuffer(chunk)) return null;
          share.take(chunk.length);
          share.release(chunk.length);
          packets.push(chunk);
        }
        const rest = sift();
        if (rest !== null || isWaiting || packets.violation !== null) return rest;
      }
    },
    // Never reports back-pressure: one subscriber that is slow must not stall its publishers. What waits for it counts.
    write(...args: unknown[]): true {
      Reflect.apply(write, socket, args);
      if (isUnread || socket.writableLength > socket.writableHighWaterMark) {
        isUnread = true;
        share.hold("unsent", socket.writableLength);
      }
      return true;
    },
  });
  socket.on("drain", () => {
    isUnread = false;
    share.hold("unsent", 0);
  });
  socket.once("close", releaseBrokers);
  return {
    get isBusy() {
      return isWaiting || brokersBytes > 0;
    },
    resume() {
      // A broker that has not done with what it was given asks by itself, and would lose count of it here.
      if (isWaiting && brokersBytes === 0 && !socket.destroyed) socket.emit("readable");
    },
  };
}

/** What became of the packets in a read. */
interface Sifted {
  /** Those that were not taken out; null where there are none. */
  readonly rest: Buffer | null;
  /** What they cost. */
  readonly brokersBytes: number;
  /** In words what is wrong with the stream. */
  readonly violation: string | null;
}

/** Finds the packets in what arrives (MQTT 3.1.1, section 2.2: type and flags, then the length in 1-4 bytes). */
class Packets {
  readonly #options: GuardOptions;
  #hasBegun = false;
  /** What has arrived and was not passed on: whole packets that wait for room, or the beginning of one. */
  #chunks: Buffer[] = [];
  bytes = 0;
  /** In words what is wrong with the stream: nothing more of it is looked at. */
  violation: string | null = null;
  /** From how many bytes on there may be a whole packet. */
  #neededBytes = 0;
  /** True where a whole packet waits for room. */
  hasWaiting = false;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Passes on as many packets as there is room for. */
  next(): Sifted {
    if (this.violation !== null) return { ...NOTHING, violation: this.violation };
    if (this.bytes < this.#neededBytes) return NOTHING;
    const [only = EMPTY] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const foreign = foreignProtocol(bytes);
      if (foreign !== null) {
        this.violation = foreign;
        return { ...NOTHING, violation: foreign };
      }
    }
    const { share, check, take, acknowledged } = this.#options;
    let at = 0;
    let leftFrom = -1;
    let brokersBytes = 0;
    this.hasWaiting = false;
    for (;;) {
      const packet = this.#packetAt(bytes, at);
      if (packet === null) break;
      if (typeof packet === "string") {
        this.violation = packet;
        break;
      }
      const costBytes = packet.end - at + PARSED_MESSAGE_BYTES;
      if (!share.hasRoomFor(mostCostOf(PARSED_MESSAGE_BYTES, packet.end - at))) {
        this.hasWaiting = true;
        this.#neededBytes = 0;
        break;
      }
      this.violation = check(packet);
      if (this.violation !== null) break;
      if (packet.header >> 4 === PUBACK && packet.start + 2 <= packet.end)
        acknowledged(bytes.readUInt16BE(packet.start));
      if (leftFrom >= 0 || !take(packet)) {
        if (leftFrom < 0) leftFrom = at;
        share.take(costBytes);
        brokersBytes += costBytes;
      }
      at = packet.end;
    }
    if (at > 0) share.finished();
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.bytes = bytes.length - at;
    // What came before a violation is taken first.
    if (leftFrom >= 0) return { rest: bytes.subarray(leftFrom, at), brokersBytes, violation: null };
    return this.violation === null ? NOTHING : { ...NOTHING, violation: this.violation };
  }

  /** The packet that begins at `at`, null where its end has not arrived, or in words what is wrong with it. */
  #packetAt(bytes: Buffer, at: number): RawPacket | string | null {
    const { maxPacketBytes } = this.#options;
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
      if (packetBytes > maxPacketBytes) return `a packet of ${packetBytes} bytes or more; ${maxPacketBytes} are read`;
      if (at + packetBytes <= bytes.length) {
        return { bytes, header, start: at + 1 + index, end: at + packetBytes };
      }
      this.#neededBytes = packetBytes;
      return null;
    }
  }
}

const EMPTY = Buffer.alloc(0);
const NOTHING: Sifted = { rest: null, brokersBytes: 0, violation: null };

function foreignProtocol(chunk: Buffer): string | null {
  const beginning = chunk.toString("latin1", 0, LONGEST_BEGINNING);
  if (beginning.startsWith(TLS_HELLO)) return SPEAKS_TLS;
  return HTTP_REQUEST.test(beginning) ? SPEAKS_HTTP : null;
}
