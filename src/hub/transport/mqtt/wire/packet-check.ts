// What MQTT 3.1 and 3.1.1 forbid a client to send, found before the broker sees it, whose parser lets much of it pass. A
// packet that breaks the protocol ends its connection [MQTT-4.8.0-1]. The check is pure, and a PUBLISH, which every reading
// is, costs it one pass over the bytes of the topic and no memory.

import { PacketFields } from "./packet-fields.ts";
import type { RawPacket } from "./packet-splitter.ts";
import { topicFault } from "./utf8-fields.ts";

/** The types of packets (section 2.2.1). */
const CONNECT = 1;
const PUBLISH = 3;
const PACKET_NAMES = new Map([
  [CONNECT, "CONNECT"],
  [2, "CONNACK"],
  [PUBLISH, "PUBLISH"],
  [4, "PUBACK"],
  [5, "PUBREC"],
  [6, "PUBREL"],
  [7, "PUBCOMP"],
  [8, "SUBSCRIBE"],
  [9, "SUBACK"],
  [10, "UNSUBSCRIBE"],
  [11, "UNSUBACK"],
  [12, "PINGREQ"],
  [13, "PINGRESP"],
  [14, "DISCONNECT"],
]);
const BROKERS_PACKETS: ReadonlySet<string> = new Set(["CONNACK", "SUBACK", "UNSUBACK", "PINGRESP"]);

const HIGHEST_QOS = 2;
/** A flag of PUBLISH (section 3.3.1). */
const DUP = 0b1000;

/** Flags of CONNECT (section 3.1.2.3). */
const RESERVED = 0b0000_0001;
const WILL = 0b0000_0100;
const WILL_QOS_AND_RETAIN = 0b0011_1000;
const PASSWORD = 0b0100_0000;
const USER_NAME = 0b1000_0000;

/** By the protocol's name: MQTT 3.1, and 3.1.1 and 5. */
const PROTOCOL_LEVELS: ReadonlyMap<string, readonly number[]> = new Map([
  ["MQIsdp", [3]],
  ["MQTT", [4, 5]],
]);
const LEVEL_OF_MQTT_5 = 5;
/** What one broker that connects to another adds to the level. */
const BRIDGE = 0x80;

/** The violation of one that is owed CONNACK_UNKNOWN_LEVEL before its connection ends [MQTT-3.1.2-2]. */
export const UNKNOWN_LEVEL = "CONNECT with a version of MQTT that does not exist";
export const CONNACK_UNKNOWN_LEVEL = Uint8Array.of(0x20, 2, 0, 1);

/** The check of one connection: given every packet of it in order, answers null, or why it has to end. */
export function packetCheck(): (packet: RawPacket) => string | null {
  /** What CONNECT named; 0 before it. */
  let level = 0;
  return (packet) => {
    if (level === 0) {
      const connect = checkConnect(packet);
      level = connect.level;
      return connect.fault;
    }
    // What the broker answers to MQTT 5 is its last word: the packets behind that CONNECT have other fields.
    if (level === LEVEL_OF_MQTT_5) return null;
    return packet.header >> 4 === PUBLISH ? publishFault(packet) : otherFault(packet);
  };
}

function checkConnect(packet: RawPacket): { readonly level: number; readonly fault: string | null } {
  const name = nameOf(packet);
  const fields = new PacketFields(packet, name);
  fields.expect(name === "CONNECT", "before CONNECT");
  fields.expect((packet.header & 15) === 0, "with wrong flags");
  const levels = PROTOCOL_LEVELS.get(fields.text("protocol name"));
  fields.expect(levels !== undefined, "without the name MQTT");
  const level = fields.uint8() & ~BRIDGE;
  if (fields.fault === null && levels?.includes(level) !== true) return { level, fault: UNKNOWN_LEVEL };
  return { level, fault: level === LEVEL_OF_MQTT_5 ? null : connectFault(fields) };
}

/** `fields` are read on from the flags. */
function connectFault(fields: PacketFields): string | null {
  const flags = fields.uint8();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  fields.expect(!has(RESERVED), "with its reserved flag");
  fields.expect(has(WILL) || !has(WILL_QOS_AND_RETAIN), "with the QoS or RETAIN of a will, but no will");
  fields.expect(((flags >> 3) & 3) <= HIGHEST_QOS, "with a will of QoS 3");
  fields.expect(has(USER_NAME) || !has(PASSWORD), "with a password, but no user name");
  fields.keepAlive();
  fields.clientId();
  if (has(WILL)) {
    fields.topic("will topic");
    fields.binary();
  }
  if (has(USER_NAME)) fields.text("user name");
  if (has(PASSWORD)) fields.binary();
  return fields.end();
}

function publishFault({ bytes, header, start, end }: RawPacket): string | null {
  const qos = (header >> 1) & 3;
  if (qos > HIGHEST_QOS) return "PUBLISH with QoS 3";
  if (qos === 0 && (header & DUP) !== 0) return "PUBLISH with DUP, but QoS 0";
  const topicStart = start + 2;
  const topicEnd = topicStart > end ? topicStart : topicStart + bytes.readUInt16BE(start);
  const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
  if (payloadStart > end) return "PUBLISH that ends too early";
  if (qos > 0 && bytes.readUInt16BE(topicEnd) === 0) return "PUBLISH with packet id 0";
  const fault = topicFault(bytes, topicStart, topicEnd);
  return fault === null ? null : `PUBLISH whose topic ${fault}`;
}

/** A case is the type and the flags that go with it [MQTT-2.2.2-1]. */
function otherFault(packet: RawPacket): string | null {
  const name = nameOf(packet);
  const fields = new PacketFields(packet, name);
  switch (packet.header) {
    case 0x40:
    case 0x50:
    case 0x62:
    case 0x70:
      fields.packetId();
      return fields.end();
    case 0x82:
      return filtersFault(fields, true);
    case 0xa2:
      return filtersFault(fields, false);
    case 0xc0:
    case 0xe0:
      return fields.end();
    default:
      if (name === "CONNECT") return "CONNECT for the second time";
      return BROKERS_PACKETS.has(name) ? `${name}, which only a broker sends` : `${name} with wrong flags`;
  }
}

/** More than any client may have: each costs the broker some 10 µs, and a packet has room for 200,000. */
const MAX_FILTERS_PER_PACKET = 1_000;

/** Of SUBSCRIBE, whose filters have a QoS each, and of UNSUBSCRIBE. */
function filtersFault(fields: PacketFields, haveQos: boolean): string | null {
  fields.packetId();
  fields.expect(fields.goesOn, "without a filter");
  for (let count = 1; fields.goesOn; count++) {
    fields.expect(count <= MAX_FILTERS_PER_PACKET, `with over ${MAX_FILTERS_PER_PACKET} filters`);
    fields.expect(fields.text("filter") !== "", "with an empty filter");
    if (haveQos) fields.expect(fields.uint8() <= HIGHEST_QOS, "with a QoS that does not exist");
  }
  return fields.fault;
}

function nameOf({ header }: RawPacket): string {
  const type = header >> 4;
  return PACKET_NAMES.get(type) ?? `packet type ${type}`;
}
