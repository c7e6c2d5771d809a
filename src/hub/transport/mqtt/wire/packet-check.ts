// Validates packets before the packet library parses them, which is too lenient. A packet that violates the protocol ends its
// connection [MQTT-4.8.0-1]. The check is pure; for a PUBLISH it is one pass over the topic, without allocation.

import { PacketFields } from "./packet-fields.ts";
import type { PacketSplitterOptions, RawPacket } from "./packet-splitter.ts";
import { CONNECT, PUBACK, PUBCOMP, PUBLISH, SUBSCRIBE, UNSUBSCRIBE } from "./packet-types.ts";
import { ALLOWED_PROPERTIES } from "./properties.ts";
import { TOPIC_TOO_LONG, topicFault } from "./utf8-fields.ts";
import { malformed, type Violation, violation } from "./violation.ts";

/** The largest packet that is read; a larger PUBLISH is dropped and listed. */
export const MAX_PACKET_BYTES = 1024 * 1024;

const PACKET_NAMES = new Map([
  [CONNECT, "CONNECT"],
  [2, "CONNACK"],
  [PUBLISH, "PUBLISH"],
  [PUBACK, "PUBACK"],
  [5, "PUBREC"],
  [6, "PUBREL"],
  [PUBCOMP, "PUBCOMP"],
  [SUBSCRIBE, "SUBSCRIBE"],
  [9, "SUBACK"],
  [UNSUBSCRIBE, "UNSUBSCRIBE"],
  [11, "UNSUBACK"],
  [12, "PINGREQ"],
  [13, "PINGRESP"],
  [14, "DISCONNECT"],
]);
const BROKERS_PACKETS: ReadonlySet<string> = new Set(["CONNACK", "SUBACK", "UNSUBACK", "PINGRESP"]);

const HIGHEST_QOS = 2;
/** A flag of PUBLISH (section 3.3.1), and in MQTT 3.1 of what else is sent again. */
export const DUP = 0b1000;

/** Flags of CONNECT (section 3.1.2.3). */
export const CONNECT_RESERVED = 0b0000_0001;
const WILL = 0b0000_0100;
const WILL_QOS_AND_RETAIN = 0b0011_1000;
const PASSWORD = 0b0100_0000;
const USER_NAME = 0b1000_0000;

/** By the protocol's name: MQTT 3.1, and 3.1.1 and 5. */
const PROTOCOL_LEVELS: ReadonlyMap<string, readonly number[]> = new Map([
  ["MQIsdp", [3]],
  ["MQTT", [4, 5]],
]);
const LEVEL_OF_MQTT_3_1 = 3;
const LEVEL_OF_MQTT_5 = 5;
/** The flag of a bridge, added to the level. */
const BRIDGE = 0x80;

/** The check of one connection: given each packet in order, returns null or the violation that ends it. */
export function packetCheck(): PacketSplitterOptions["check"] {
  /** The protocol level of CONNECT; 0 before it. */
  let level = 0;
  return (packet, isPartial = false) => {
    if (level === 0) {
      const connect = checkConnect(packet);
      level = connect.level;
      return connect.fault === null ? null : { ...connect.fault, connectLevel: level };
    }
    const is5 = level === LEVEL_OF_MQTT_5;
    return packet.header >> 4 === PUBLISH ? publishFault(packet, is5 && !isPartial) : otherFault(packet, level);
  };
}

function checkConnect(packet: RawPacket): { readonly level: number; readonly fault: Violation | null } {
  const name = nameOf(packet);
  const fields = new PacketFields(packet, name);
  fields.expect(name === "CONNECT", "before CONNECT");
  const levels = PROTOCOL_LEVELS.get(fields.text("protocol name"));
  fields.expect(levels !== undefined, "without the name MQTT");
  const level = fields.uint8() & ~BRIDGE;
  fields.expect(levels?.includes(level) === true, "with a version of MQTT that does not exist", "unknown-level");
  // MQTT 3.1 does not use them.
  fields.expect(level === LEVEL_OF_MQTT_3_1 || (packet.header & 15) === 0, "with wrong flags");
  return { level, fault: connectFault(fields, level) };
}

/** `fields` are positioned at the connect flags. */
function connectFault(fields: PacketFields, level: number): Violation | null {
  const is5 = level === LEVEL_OF_MQTT_5;
  const flags = fields.uint8();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  fields.expect(level === LEVEL_OF_MQTT_3_1 || !has(CONNECT_RESERVED), "with its reserved flag");
  fields.expect(has(WILL) || !has(WILL_QOS_AND_RETAIN), "with the QoS or RETAIN of a will, but no will");
  fields.expect(((flags >> 3) & 3) <= HIGHEST_QOS, "with a will of QoS 3");
  fields.expect(is5 || has(USER_NAME) || !has(PASSWORD), "with a password, but no user name");
  fields.keepAlive();
  if (is5) fields.properties(ALLOWED_PROPERTIES.connect);
  fields.clientId();
  if (has(WILL)) {
    if (is5) fields.properties(ALLOWED_PROPERTIES.will);
    fields.topic("will topic");
    fields.binary();
  }
  if (has(USER_NAME)) fields.text("user name");
  if (has(PASSWORD)) fields.binary();
  return fields.end();
}

function publishFault(packet: RawPacket, is5: boolean): Violation | null {
  const { bytes, header, start, end } = packet;
  const qos = (header >> 1) & 3;
  if (qos > HIGHEST_QOS) return malformed("PUBLISH with QoS 3");
  if (qos === 0 && (header & DUP) !== 0) return malformed("PUBLISH with DUP, but QoS 0");
  const topicStart = start + 2;
  const topicEnd = topicStart > end ? topicStart : topicStart + bytes.readUInt16BE(start);
  const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
  if (payloadStart > end) return malformed("PUBLISH that ends too early");
  if (qos > 0 && bytes.readUInt16BE(topicEnd) === 0) return violation("protocol-error", "PUBLISH with packet id 0");
  const propertiesFault = is5 ? publishPropertiesFault(packet, payloadStart) : null;
  if (propertiesFault !== null) return propertiesFault;
  // In MQTT 5 a topic alias may replace the topic.
  if (is5 && topicStart === topicEnd) return null;
  const fault = topicFault(bytes, topicStart, topicEnd);
  if (fault === null) return null;
  return violation(fault === TOPIC_TOO_LONG ? "topic-not-accepted" : "malformed", `PUBLISH whose topic ${fault}`);
}

function publishPropertiesFault(packet: RawPacket, start: number): Violation | null {
  // Most have none.
  if (start < packet.end && packet.bytes[start] === 0) return null;
  const fields = new PacketFields({ ...packet, start }, "PUBLISH");
  fields.properties(ALLOWED_PROPERTIES.publish);
  return fields.fault;
}

/** A case is the type and the flags that go with it [MQTT-2.2.2-1]. */
function otherFault(packet: RawPacket, level: number): Violation | null {
  const name = nameOf(packet);
  const fields = new PacketFields(packet, name);
  const is5 = level === LEVEL_OF_MQTT_5;
  switch (level === LEVEL_OF_MQTT_3_1 ? packet.header & ~DUP : packet.header) {
    case 0x40:
    case 0x50:
    case 0x62:
    case 0x70:
      fields.packetId();
      if (is5) reasonAnd(ALLOWED_PROPERTIES.acknowledgement, fields);
      return fields.end();
    case 0x82:
      return filtersFault(fields, is5, is5 ? RESERVED_OPTIONS : ~QOS_OPTION);
    case 0xa2:
      return filtersFault(fields, is5, null);
    case 0xc0:
      return fields.end();
    case 0xe0:
      if (is5) reasonAnd(ALLOWED_PROPERTIES.disconnect, fields);
      return fields.end();
    default:
      if (name === "CONNECT") return violation("protocol-error", "CONNECT for the second time");
      return BROKERS_PACKETS.has(name) && (packet.header & 15) === 0
        ? violation("protocol-error", `${name}, which only a broker sends`)
        : malformed(`${name} with wrong flags`);
  }
}

/** Reason code and properties, both optional (MQTT 5, section 3.4.2). */
function reasonAnd(allowed: ReadonlySet<number>, fields: PacketFields): void {
  if (fields.hasMore) fields.uint8();
  if (fields.hasMore) fields.properties(allowed);
}

/** Options of a subscription (MQTT 5, section 3.8.3.1); in MQTT 3 all but the QoS are reserved. */
const QOS_OPTION = 0b0000_0011;
const RETAIN_HANDLING_OPTION = 0b0011_0000;
const RESERVED_OPTIONS = 0b1100_0000;

/** More than any client may have, so that each gets a code of its own; 200,000 fit into a packet, and each takes time. */
const MAX_FILTERS_PER_PACKET = 5_000;

/** `reserved` are the reserved bits of the options in SUBSCRIBE; null for UNSUBSCRIBE, which has none. */
function filtersFault(fields: PacketFields, is5: boolean, reserved: number | null): Violation | null {
  fields.packetId();
  if (is5) fields.properties(reserved === null ? ALLOWED_PROPERTIES.unsubscribe : ALLOWED_PROPERTIES.subscribe);
  fields.expect(fields.hasMore, "without a filter", "protocol-error");
  for (let count = 1; fields.hasMore; count++) {
    fields.expect(count <= MAX_FILTERS_PER_PACKET, `with over ${MAX_FILTERS_PER_PACKET} filters`, "not-accepted");
    fields.expect(fields.text("filter") !== "", "with an empty filter");
    if (reserved === null) continue;
    const options = fields.uint8();
    fields.expect((options & reserved) === 0, "with reserved options");
    fields.expect((options & QOS_OPTION) <= HIGHEST_QOS, "with QoS 3", "protocol-error");
    fields.expect(
      (options & RETAIN_HANDLING_OPTION) !== RETAIN_HANDLING_OPTION,
      "with retain handling 3",
      "protocol-error",
    );
  }
  return fields.fault;
}

function nameOf({ header }: RawPacket): string {
  const type = header >> 4;
  return PACKET_NAMES.get(type) ?? `packet type ${type}`;
}
