// Splits a byte stream into MQTT control packets (MQTT 3.1.1, section 2.2: type and flags, then the remaining length in 1-4
// bytes) and decides for each, in order: rejected, taken by the fast path, or left to the broker. Invariant: no packet
// overtakes another. Once one packet of a read is left to the broker, all behind it in that read are as well.
import { mostCostOf, PARSED_MESSAGE_BYTES } from "../../../access/limits/costs.ts";
import type { Share } from "../../../access/limits/share.ts";
import { malformed, type Violation, violation } from "./violation.ts";

const PUBLISH = 3;
const PUBACK = 4;
const PUBCOMP = 7;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
/** Each filter, of a few bytes, takes as long as a message. */
const FILTERS_COST_FACTOR = 16;
/** A larger PUBLISH is dropped as it arrives, up to here; its client would send it again for ever if it were cut. */
const MAX_DROPPED_PACKET_BYTES = 64 * 1024 * 1024;
const COUNTS_CHARACTERS =
  "; the message before it has characters of several bytes, and its length may count characters (umqtt: encode the text)";
const LONGEST_SIGNATURE_CHARACTERS = 8;
const MAX_REMAINING_LENGTH_BYTES = 4;
const HTTP_REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT) /;
/** Of version 1, and of version 2. */
const PROXY_HEADER = /^(?:PROXY |\r\n\r\n\0\r\n)/;
const TLS_HANDSHAKE = "\x16\x03";

/** Violations of clients that came to the wrong port. */
export const SPEAKS_HTTP = "it speaks HTTP";
export const SPEAKS_TLS = "it speaks TLS";
export const SPEAKS_PROXY = "it sends a PROXY header";

/** A PUBLISH that is larger than is read. */
export interface OversizedPublish {
  readonly topic: string;
  readonly qos: number;
  /** 0 where it is QoS 0. */
  readonly packetId: number;
  readonly packetBytes: number;
  /** How its payload begins. */
  readonly beginning: Buffer;
}

/** A whole packet inside `bytes`, which are only valid during the call. */
export interface RawPacket {
  readonly bytes: Buffer;
  /** Type and flags (MQTT 3.1.1, section 2.2). */
  readonly header: number;
  /** Where the variable header begins, and the packet ends. */
  readonly start: number;
  readonly end: number;
}

export interface PacketSplitterOptions {
  readonly share: Share;
  /** Largest packet, fixed header included, that is read. */
  readonly maxPacketBytes: number;
  /**
   * Given every packet in order, before any other handler: what is wrong with it, or null. Of one that `isPartial` the topic and
   * what is before it have arrived.
   */
  readonly check: (packet: RawPacket, isPartial?: boolean) => Violation | null;
  /**
   * Offered every packet in order, until it leaves one to the broker: those behind it in the same read are the broker's too,
   * so that none overtakes. True takes the packet out, and what it costs from the share.
   */
  readonly take: (packet: RawPacket) => boolean;
  /** Told of a PUBLISH that was too large, once all of it has arrived and was dropped. */
  readonly dropped: (publish: OversizedPublish) => void;
}

/** The packets of one read. */
export interface SplitPackets {
  /** Those left to the broker; null where there are none. */
  readonly rest: Buffer | null;
  /** What `rest` took from the share. */
  readonly brokerBytes: number;
  /** What is wrong with the stream. */
  readonly violation: Violation | null;
}

const NO_PACKETS: SplitPackets = { rest: null, brokerBytes: 0, violation: null };
const EMPTY = Buffer.alloc(0);
const SMALL_CHUNK_BYTES = 4 * 1024;
/** Of a dropped payload, that is listed. */
const MAX_BEGINNING_BYTES = 256;
/** What lies behind a packet whose length counts characters: a byte or two for each wide one. */
const MAX_SPILT_BYTES = 32;
const MAX_SEARCHED_BYTES = 4 * 1024;

export class PacketSplitter {
  readonly #options: PacketSplitterOptions;
  #hasBegun = false;
  /** What has arrived and was not passed on: whole packets that wait for room, or the beginning of one. */
  #chunks: Buffer[] = [];
  #bytes = 0;
  #violation: Violation | null = null;
  /** From how many bytes on there may be a whole packet. */
  #neededBytes = 0;
  #hasWaiting = false;
  /** A PUBLISH that is dropped while it arrives, and how much of it is still to come. */
  #dropping: { readonly publish: OversizedPublish; leftBytes: number } | null = null;
  /** The last packet has characters of several bytes in its payload, and something lies behind it. */
  #mayCountCharacters = false;

  constructor(options: PacketSplitterOptions) {
    this.#options = options;
  }

  /** Bytes that have arrived and were not passed on. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is wrong with the stream; nothing behind it is parsed. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** True where a whole packet waits for room in the share. */
  get hasWaiting(): boolean {
    return this.#hasWaiting;
  }

  /** True where what arrives is dropped. */
  get isDropping(): boolean {
    return this.#dropping !== null;
  }

  push(arrived: Buffer): void {
    let chunk = this.#dropping === null ? arrived : this.#drop(arrived, this.#dropping);
    if (chunk.length === 0) return;
    this.#bytes += chunk.length;
    // Of two small chunks the first is always the larger: joined so, each byte is copied few times.
    for (let last = this.#chunks.at(-1); isSmall(chunk) && last !== undefined; last = this.#chunks.at(-1)) {
      if (last.length > chunk.length) break;
      this.#chunks.pop();
      chunk = Buffer.concat([last, chunk]);
    }
    this.#chunks.push(chunk);
  }

  /** Answers what lies behind the packet that is dropped. */
  #drop(chunk: Buffer, dropping: { readonly publish: OversizedPublish; leftBytes: number }): Buffer {
    const dropped = Math.min(dropping.leftBytes, chunk.length);
    dropping.leftBytes -= dropped;
    if (dropping.leftBytes === 0) {
      this.#dropping = null;
      this.#options.dropped(dropping.publish);
    }
    return chunk.subarray(dropped);
  }

  /** Passes on as many packets as the share has room for. */
  next(): SplitPackets {
    if (this.#violation !== null) return { ...NO_PACKETS, violation: this.#violation };
    if (this.#bytes < this.#neededBytes) return NO_PACKETS;
    const [only = EMPTY] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
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
    if (at > 0) this.#mayCountCharacters = leftBytes > 0 && leftBytes <= MAX_SPILT_BYTES && hasWideCharacters(last);
    this.#chunks = [];
    this.#bytes = 0;
    // Most reads end with a packet.
    if (leftBytes > 0) {
      const left = bytes.subarray(at);
      this.push(isSmall(left) ? Buffer.from(left) : left);
    }
    // Packets before a violation are handled first; the next call reports it.
    if (restStart >= 0) return { rest: bytes.subarray(restStart, at), brokerBytes, violation: null };
    return this.#violation === null ? NO_PACKETS : { ...NO_PACKETS, violation: this.#violation };
  }

  /** The packet that begins at `at`; null where its end has not arrived, or where it is a violation. */
  #packetAt(bytes: Buffer, at: number): RawPacket | null {
    const { maxPacketBytes } = this.#options;
    const header = bytes[at];
    this.#neededBytes = bytes.length - at + 1;
    if (header === undefined) return null;
    const type = header >> 4;
    if (type === 0 || type === 15)
      return this.#violated(violation("protocol-error", `packet type ${type} does not exist`));
    let length = 0;
    for (let index = 1; ; index++) {
      const byte = bytes[at + index];
      if (byte === undefined) return null;
      length += (byte & 127) * 128 ** (index - 1);
      if (byte > 127) {
        if (index === MAX_REMAINING_LENGTH_BYTES)
          return this.#violated(malformed("the length of a packet has over 4 bytes"));
        continue;
      }
      const packetBytes = 1 + index + length;
      if (packetBytes > maxPacketBytes && type === PUBLISH && packetBytes <= MAX_DROPPED_PACKET_BYTES)
        return this.#beginToDrop({ bytes, header, start: at + 1 + index, end: bytes.length }, packetBytes);
      if (packetBytes > maxPacketBytes)
        return this.#violated(
          violation("too-large", `a packet of ${packetBytes} bytes or more; ${maxPacketBytes} are read`),
        );
      if (at + packetBytes <= bytes.length) return { bytes, header, start: at + 1 + index, end: at + packetBytes };
      this.#neededBytes = packetBytes;
      return null;
    }
  }

  /** Once its topic and packet id are there, which its acknowledgement takes. `packet` is what has arrived of it. */
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
    if (fault !== null) return this.#violated(fault);
    const publish = {
      topic: bytes.toString("utf8", start + 2, topicEnd),
      qos,
      packetId: qos > 0 ? bytes.readUInt16BE(topicEnd) : 0,
      packetBytes,
      beginning: Buffer.from(bytes.subarray(payloadStart, payloadStart + MAX_BEGINNING_BYTES)),
    };
    this.#neededBytes = 0;
    this.#dropping = { publish, leftBytes: packetBytes };
    return null;
  }

  #violated(found: Violation): null {
    this.#violation = found;
    return null;
  }
}

/** So small that it costs more memory than its bytes: an object of its own, or all that it is a part of. */
function isSmall({ length }: Buffer): boolean {
  return length < SMALL_CHUNK_BYTES;
}

/** Of a message that the hub sent: how many those are is not for the client to say. */
function isAcknowledgement({ header }: RawPacket): boolean {
  return header >> 4 >= PUBACK && header >> 4 <= PUBCOMP;
}

/** What a byte of a packet costs as much as, in bytes of others. */
function costFactorOf({ header }: RawPacket): number {
  const type = header >> 4;
  return type === SUBSCRIBE || type === UNSUBSCRIBE ? FILTERS_COST_FACTOR : 1;
}

/** Only of small messages, as devices write them by hand: in a large one the search takes time. */
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
