// Decodes the packets of one connection: PUBLISH here, the others by mqtt-packet.
// Precondition: the bytes passed the packet check: packets are whole, strings are UTF-8, each property is allowed and unique.
import { type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { errorText } from "../../../../shared/error-text.ts";
import { CONNECT_RESERVED, DUP } from "../wire/packet-check.ts";
import type { RawPacket } from "../wire/packet-splitter.ts";
import { CONNECT, PUBLISH } from "../wire/packet-types.ts";
import { endOfString, readVarint } from "../wire/properties.ts";
import type { Level } from "./packets.ts";
import { type ArrivedPublish, decodePublish } from "./publish-packets.ts";

const MQTT_3_1: Level = 3;

export type ArrivedPacket = Exclude<Packet, IPublishPacket> | ArrivedPublish;

export interface DecoderHandlers {
  /** The protocol level of the connection, known from its CONNECT on. */
  readonly level: () => Level;
  /** `raw` is only valid during the call. */
  readonly onPacket: (packet: ArrivedPacket, raw: RawPacket) => void;
  readonly onFault: (fault: string) => void;
}

/** The returned function decodes packets and calls `onPacket` for each, in order. */
export function makeDecoder({ level, onPacket, onFault }: DecoderHandlers): (bytes: Buffer) => void {
  const decoder = parser();
  let raw: RawPacket | null = null;
  decoder.on("packet", (packet) => {
    if (raw !== null && packet.cmd !== "publish") onPacket(packet, raw);
  });
  decoder.on("error", (error: unknown) => onFault(errorText(error)));
  return (bytes) => {
    for (const packet of packetsOf(bytes)) {
      raw = packet;
      if (packet.header >> 4 === PUBLISH) onPacket(decodePublish(packet, level()), packet);
      else {
        if (packet.header >> 4 === CONNECT) clearUnusedFlags(packet);
        // A SUBSCRIBE, UNSUBSCRIBE or PUBREL that is sent again has DUP in MQTT 3.1, which the packet library takes for a fault.
        else if (level() === MQTT_3_1) packet.bytes[0] = packet.header & ~DUP;
        decoder.parse(packet.bytes);
      }
    }
  };
}

/** Flags of a CONNECT that a client of MQTT 3.1 may set, which the packet library takes for a fault. */
function clearUnusedFlags({ bytes, start }: RawPacket): void {
  bytes[0] = CONNECT << 4;
  const flagsAt = endOfString(bytes, start) + 1;
  bytes[flagsAt] = (bytes[flagsAt] ?? 0) & ~CONNECT_RESERVED;
}

function* packetsOf(all: Buffer): Generator<RawPacket> {
  for (let at = 0; at < all.length; ) {
    const { value: length, end: start } = readVarint(all, at + 1);
    const bytes = all.subarray(at, start + length);
    yield { bytes, header: all[at] ?? 0, start: start - at, end: bytes.length };
    at = start + length;
  }
}
