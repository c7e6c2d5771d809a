// Splits a byte stream into MQTT control packets (MQTT 3.1.1, section 2.2: type and flags, then the remaining length in 1-4
// bytes) and decides for each, in order: rejected, taken by the fast path, or left to the broker. Invariant: no packet
// overtakes another. Once one packet of a read is left to the broker, all behind it in that read are as well.
import { mostCostOf, PARSED_MESSAGE_BYTES } from "../../../access/limits/costs.ts";
import type { Share } from "../../../access/limits/share.ts";
import { ByteChunks, isSmall } from "../../byte-chunks.ts";
import { PUBACK, PUBCOMP, PUBLISH, SUBSCRIBE, UNSUBSCRIBE } from "./packet-types.ts";
import { malformed, type Violation, violation } from "./violation.ts";

/** Each filter, of a few bytes, takes as long as a message. */
const FILTERS_COST_FACTOR = 16;
/** An oversized PUBLISH up to here is dropped and acknowledged: a client that is cut would send it again for ever. */
const MAX_DROPPED_PACKET_BYTES = 64 * 1024 * 1024;
const COUNTS_CHARACTERS =
  "; the message before it has characters of several bytes, and its length may count characters (umqtt: encode the text)";
const LONGEST_SIGNATURE_CHARACTERS = 8;
const MAX_REMAINING_LENGTH_BYTES = 4;
const HTTP_REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT) /;
/** Of version 1, and of version 2. */
const PROXY_HEADER = /^(?:PROXY |\r\n\r\n\0\r\n)/;
const TLS_HANDSHAKE = "\x16\x03";

/** Violations of clients that speak another protocol. */
export const SPEAKS_HTTP = "it speaks HTTP";
export const SPEAKS_TLS = "it speaks TLS";
export const SPEAKS_PROXY = "it sends a PROXY header";

/** A PUBLISH that exceeds `maxPacketBytes`. */
export interface OversizedPublish {
  readonly topic: string;
  readonly qos: number;
  /** 0 where it is QoS 0. */
  readonly packetId: number;
  readonly packetBytes: number;
  /** The first bytes of its payload. */
  readonly payloadPrefix: Buffer;
}

/** A complete packet inside `bytes`, which are only valid during the call. */
export interface RawPacket {
  readonly bytes: Buffer;
  /** Type and flags (MQTT 3.1.1, section 2.2). */
  readonly header: number;
  /** The offset of the variable header. */
  readonly start: number;
  readonly end: number;
}

export interface PacketSplitterOptions {
  readonly share: Share;
  /** The largest packet that is read, fixed header included. */
  readonly maxPacketBytes: number;
  /**
   * Called with each packet in order, before any other handler: returns its violation, or null. A packet that `isPartial` has
   * arrived up to the topic.
   */
  readonly check: (packet: RawPacket, isPartial?: boolean) => Violation | null;
  /**
   * Offered each packet in order, until it returns false: that packet and all behind it in the same read go to the broker, so
   * that none overtakes another. True: the packet is handled, and its cost taken from the share.
   */
  readonly take: (packet: RawPacket) => boolean;
  /** Called once an oversized PUBLISH has arrived completely and was dropped. */
  readonly dropped: (publish: OversizedPublish) => void;
}

/** The packets of one read. */
export interface SplitPackets {
  /** The packets for the broker; null where there are none. */
  readonly rest: Buffer | null;
  /** What `rest` costs, taken from the share. */
  readonly brokerBytes: number;
  /** The violation that ends the stream. */
  readonly violation: Violation | null;
}

const NO_PACKETS: SplitPackets = { rest: null, brokerBytes: 0, violation: null };
/** Of an oversized payload, for the list of refused messages. */
const MAX_PAYLOAD_PREFIX_BYTES = 256;
/** Bytes behind a packet whose length wrongly counts characters: one or two for each multi-byte character. */
const MAX_OVERRUN_BYTES = 32;
const MAX_SEARCHED_BYTES = 4 * 1024;

export class PacketSplitter {
  readonly #options: PacketSplitterOptions;
  #hasBegun = false;
  /** Received and not passed on: packets that wait for room in the share, or an incomplete one. */
  readonly #chunks = new ByteChunks();
  #violation: Violation | null = null;
  /** The least number of bytes that can complete a packet. */
  #neededBytes = 0;
  #hasWaiting = false;
  /** The oversized PUBLISH that is arriving, and how many bytes are still to come. */
  #dropping: { readonly publish: OversizedPublish; leftBytes: number } | null = null;
  /** The last packet has multi-byte characters in its payload, and a few bytes follow it. */
  #mayCountCharacters = false;

  constructor(options: PacketSplitterOptions) {
    this.#options = options;
  }

  /** Bytes received and not passed on. */
  get bytes(): number {
    return this.#chunks.bytes;
  }

  /** The violation that ended the stream; nothing behind it is parsed. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** True where a complete packet waits for room in the share. */
  get hasWaiting(): boolean {
    return this.#hasWaiting;
  }

  /** True while an oversized PUBLISH arrives. */
  get isDropping(): boolean {
    return this.#dropping !== null;
  }

  push(arrived: Buffer): void {
    const chunk = this.#dropping === null ? arrived : this.#drop(arrived, this.#dropping);
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Returns the bytes behind the dropped packet. */
  #drop(chunk: Buffer, dropping: { readonly publish: OversizedPublish; leftBytes: number }): Buffer {
    const dropped = Math.min(dropping.leftBytes, chunk.length);
    dropping.leftBytes -= dropped;
    if (dropping.leftBytes === 0) {
      this.#dropping = null;
      this.#options.dropped(dropping.publish);
    }
    return chunk.subarray(dropped);
  }

  /** Splits off as many packets as the share has room for. */
  next(): SplitPackets {
    if (this.#violation !== null) return { ...NO_PACKETS, violation: this.#violation };
    if (this.#chunks.bytes < this.#neededBytes) return NO_PACKETS;
    const bytes = this.#chunks.take();
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const foreign = foreignProtocol(bytes);
      this.#violation = foreign === null ? null : malformed(foreign);
      if (this.#violation !== null) return { ...NO_PACKETS, violation: this.#violation };
    }
    const { share } = this.#options;
    let at = 0;
    let restStart = -1;
    let brokerBytes = 0;
    this.#hasWaiting = false;
    let last: RawPacket | null = null;
    for (;;) {
      const packet = this.#packetAt(bytes, at);
      if (packet === null) break;
      if (!share.hasRoomFor(mostCostOf(PARSED_MESSAGE_BYTES, packet.end - at))) {
        this.#hasWaiting = true;
        this.#neededBytes = 0;
        break;
      }
      this.#violation = this.#options.check(packet);
      if (this.#violation !== null) break;
      if (!isAcknowledgement(packet)) share.messageTaken();
      if (restStart >= 0 || !this.#options.take(packet)) {
        if (restStart < 0) restStart = at;
        const costBytes = (packet.end - at) * costFactorOf(packet) + PARSED_MESSAGE_BYTES;
        share.take(costBytes);
        brokerBytes += costBytes;
      }
      at = packet.end;
      last = packet;
    }
    if (at > 0) share.finished();
    if (this.#violation !== null && (this.#mayCountCharacters || hasWideCharacters(last)))
      this.#violation = { ...this.#violation, reasonString: this.#violation.reasonString + COUNTS_CHARACTERS };
    const leftBytes = bytes.length - at;
    if (at > 0) this.#mayCountCharacters = leftBytes > 0 && leftBytes <= MAX_OVERRUN_BYTES && hasWideCharacters(last);
    // Most reads end with a packet.
    if (leftBytes > 0) {
      const left = bytes.subarray(at);
      this.push(isSmall(left) ? Buffer.from(left) : left);
    }
    // Packets before a violation are handled first; the next call reports it.
    if (restStart >= 0) return { rest: bytes.subarray(restStart, at), brokerBytes, violation: null };
    return this.#violation === null ? NO_PACKETS : { ...NO_PACKETS, violation: this.#violation };
  }

  /** The packet at `at`; null where it is incomplete or a violation. */
  #packetAt(bytes: Buffer, at: number): RawPacket | null {
    const { maxPacketBytes } = this.#options;
    const header = bytes[at];
    this.#neededBytes = bytes.length - at + 1;
    if (header === undefined) return null;
    const type = header >> 4;
    if (type === 0 || type === 15) return this.#fail(violation("protocol-error", `packet type ${type} does not exist`));
    let length = 0;
    for (let index = 1; ; index++) {
      const byte = bytes[at + index];
      if (byte === undefined) return null;
      length += (byte & 127) * 128 ** (index - 1);
      if (byte > 127) {
        if (index === MAX_REMAINING_LENGTH_BYTES)
          return this.#fail(malformed("the length of a packet has over 4 bytes"));
        continue;
      }
      const packetBytes = 1 + index + length;
      if (packetBytes > maxPacketBytes && type === PUBLISH && packetBytes <= MAX_DROPPED_PACKET_BYTES)
        return this.#beginToDrop({ bytes, header, start: at + 1 + index, end: bytes.length }, packetBytes);
      if (packetBytes > maxPacketBytes)
        return this.#fail(
          violation("too-large", `a packet of ${packetBytes} bytes or more; ${maxPacketBytes} are read`),
        );
      if (at + packetBytes <= bytes.length) return { bytes, header, start: at + 1 + index, end: at + packetBytes };
      this.#neededBytes = packetBytes;
      return null;
    }
  }

  /** Needs topic and packet id, for the list and the acknowledgement. `packet` is what has arrived so far. */
  #beginToDrop(packet: RawPacket, packetBytes: number): null {
    const { bytes, header, start, end } = packet;
    const qos = (header >> 1) & 3;
    const topicEnd = start + 2 + (start + 2 <= end ? bytes.readUInt16BE(start) : 0);
    const payloadStart = topicEnd + (qos > 0 ? 2 : 0);
    if (start + 2 > end || payloadStart > end) {
      this.#neededBytes = bytes.length + 1;
      return null;
    }
    const fault = this.#options.check(packet, true);
    if (fault !== null) return this.#fail(fault);
    const publish = {
      topic: bytes.toString("utf8", start + 2, topicEnd),
      qos,
      packetId: qos > 0 ? bytes.readUInt16BE(topicEnd) : 0,
      packetBytes,
      payloadPrefix: Buffer.from(bytes.subarray(payloadStart, payloadStart + MAX_PAYLOAD_PREFIX_BYTES)),
    };
    this.#neededBytes = 0;
    this.#dropping = { publish, leftBytes: packetBytes };
    return null;
  }

  #fail(found: Violation): null {
    this.#violation = found;
    return null;
  }
}

/** Acknowledgements do not count towards the client's rate: the hub decides how many there are. */
function isAcknowledgement({ header }: RawPacket): boolean {
  return header >> 4 >= PUBACK && header >> 4 <= PUBCOMP;
}

/** The cost of a byte of this packet, relative to other packets. */
function costFactorOf({ header }: RawPacket): number {
  const type = header >> 4;
  return type === SUBSCRIBE || type === UNSUBSCRIBE ? FILTERS_COST_FACTOR : 1;
}

/** Searches small messages only, such as hand-written clients send: in a large one the search takes time. */
function hasWideCharacters(packet: RawPacket | null): boolean {
  if (packet === null || packet.header >> 4 !== PUBLISH || packet.end - packet.start > MAX_SEARCHED_BYTES) return false;
  return packet.bytes.subarray(packet.start, packet.end).some((byte) => byte >= 0x80);
}

function foreignProtocol(chunk: Buffer): string | null {
  const beginning = chunk.toString("latin1", 0, LONGEST_SIGNATURE_CHARACTERS);
  if (beginning.startsWith(TLS_HANDSHAKE)) return SPEAKS_TLS;
  if (PROXY_HEADER.test(beginning)) return SPEAKS_PROXY;
  return HTTP_REQUEST.test(beginning) ? SPEAKS_HTTP : null;
}
