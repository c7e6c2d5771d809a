// Decodes and encodes PUBLISH packets, and decodes the will properties of CONNECT.
// Invariants: payload and properties are copied, since a stored message must not retain the whole read buffer; user
// properties are forwarded byte for byte, in order, duplicates and empty ones included [MQTT-3.3.2-18].
import type { RawPacket } from "../wire/packet-splitter.ts";
import { endOfString, endOfValue, PROPERTY, readVarint } from "../wire/properties.ts";
import { type Level, type Message, type MessageProperties, MQTT_5, type Qos } from "./packets.ts";

export interface ArrivedPublish {
  readonly cmd: "publish";
  /** Empty where a topic alias replaces it. */
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  /** 0 where it is QoS 0. */
  readonly packetId: number;
  readonly topicAlias: number | undefined;
  readonly expirySeconds: number | undefined;
  /** Undefined where there are none. */
  readonly properties: MessageProperties | undefined;
}

export function decodePublish({ bytes, header, start, end }: RawPacket, level: Level): ArrivedPublish {
  const qos = qosOf(header);
  const topicEnd = endOfString(bytes, start);
  const propertiesStart = qos === 0 ? topicEnd : topicEnd + 2;
  const decoded = level === MQTT_5 ? readProperties(bytes, propertiesStart) : NO_PROPERTIES;
  return {
    cmd: "publish",
    topic: bytes.toString("utf8", start + 2, topicEnd),
    payload: Buffer.from(bytes.subarray(level === MQTT_5 ? decoded.end : propertiesStart, end)),
    qos,
    retain: (header & 1) !== 0,
    packetId: qos === 0 ? 0 : bytes.readUInt16BE(topicEnd),
    topicAlias: decoded.topicAlias,
    expirySeconds: decoded.expirySeconds,
    properties: decoded.properties,
  };
}

function qosOf(header: number): Qos {
  const qos = (header >> 1) & 3;
  return qos === 1 || qos === 2 ? qos : 0;
}

/** Level, flags and keep-alive of a CONNECT, behind the protocol name. */
const CONNECT_HEAD_BYTES = 4;

/** The will properties of an MQTT 5 CONNECT, which has a will. */
export function willProperties({ bytes, start }: RawPacket): MessageProperties | undefined {
  const connectProperties = readVarint(bytes, endOfString(bytes, start) + CONNECT_HEAD_BYTES);
  const clientId = connectProperties.end + connectProperties.value;
  return readProperties(bytes, endOfString(bytes, clientId)).properties;
}

interface DecodedProperties {
  readonly topicAlias?: number;
  readonly expirySeconds?: number;
  readonly properties?: MessageProperties;
  /** The offset behind the property block. */
  readonly end: number;
}

const NO_PROPERTIES: DecodedProperties = { end: 0 };

function readProperties(bytes: Buffer, start: number): DecodedProperties {
  const { value: length, end: blockStart } = readVarint(bytes, start);
  const end = blockStart + length;
  if (length === 0) return { end };
  const properties: { -readonly [P in keyof MessageProperties]: MessageProperties[P] } = {};
  /** Stretches of user properties: most lie one behind the other, and there may be thousands. */
  const stretches: { readonly start: number; end: number }[] = [];
  const hub: { topicAlias?: number; expirySeconds?: number } = {};
  for (let at = blockStart; at < end; ) {
    const valueAt = at + 1;
    const valueEnd = endOfValue(bytes, valueAt, bytes[at] ?? 0) ?? end;
    switch (bytes[at]) {
      case PROPERTY.PAYLOAD_FORMAT:
        properties.payloadFormatIndicator = bytes[valueAt] === 1;
        break;
      case PROPERTY.MESSAGE_EXPIRY:
        hub.expirySeconds = bytes.readUInt32BE(valueAt);
        break;
      case PROPERTY.CONTENT_TYPE:
        properties.contentType = bytes.toString("utf8", valueAt + 2, valueEnd);
        break;
      case PROPERTY.RESPONSE_TOPIC:
        properties.responseTopic = bytes.toString("utf8", valueAt + 2, valueEnd);
        break;
      case PROPERTY.CORRELATION_DATA:
        properties.correlationData = Buffer.from(bytes.subarray(valueAt + 2, valueEnd));
        break;
      case PROPERTY.TOPIC_ALIAS:
        hub.topicAlias = bytes.readUInt16BE(valueAt);
        break;
      case PROPERTY.USER_PROPERTY: {
        const last = stretches.at(-1);
        if (last?.end === at) last.end = valueEnd;
        else stretches.push({ start: at, end: valueEnd });
        break;
      }
    }
    at = valueEnd;
  }
  if (stretches.length > 0)
    properties.userProperties = Buffer.concat(stretches.map((one) => bytes.subarray(one.start, one.end)));
  return Object.keys(properties).length === 0 ? { ...hub, end } : { ...hub, properties, end };
}

export interface OutgoingPublish extends Pick<Message, "topic" | "payload" | "qos" | "retain"> {
  readonly isDuplicate: boolean;
  /** Of QoS 1 and 2. */
  readonly packetId: number;
}

/** The properties of an MQTT 5 PUBLISH: the publisher's, and those that the hub adds. */
export interface OutgoingProperties {
  readonly publisherProperties: MessageProperties | undefined;
  readonly expirySeconds: number | undefined;
  readonly topicAlias: number | undefined;
  readonly subscriptionIds: readonly number[];
}

const PUBLISH_HEADER = 0x30;
const EMPTY_BLOCK = Buffer.alloc(0);

/** `properties` are undefined where there are none. */
export function encodePublish(
  packet: OutgoingPublish,
  properties: OutgoingProperties | undefined,
  level: Level,
): Buffer {
  const { topic, payload, qos, retain, isDuplicate, packetId } = packet;
  const topicBytes = Buffer.byteLength(topic);
  const block = properties === undefined ? EMPTY_BLOCK : propertyBlock(properties);
  const blockBytes = level === MQTT_5 ? varintBytes(block.length) + block.length : 0;
  const length = 2 + topicBytes + (qos > 0 ? 2 : 0) + blockBytes + payload.length;
  const bytes = Buffer.allocUnsafe(1 + varintBytes(length) + length);
  bytes[0] = PUBLISH_HEADER | (isDuplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  let at = writeVarint(bytes, 1, length);
  at = bytes.writeUInt16BE(topicBytes, at);
  at += bytes.write(topic, at);
  if (qos > 0) at = bytes.writeUInt16BE(packetId, at);
  if (level === MQTT_5) {
    at = writeVarint(bytes, at, block.length);
    at += block.copy(bytes, at);
  }
  payload.copy(bytes, at);
  return bytes;
}

function propertyBlock({
  publisherProperties = {},
  expirySeconds,
  topicAlias,
  subscriptionIds,
}: OutgoingProperties): Buffer {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = publisherProperties;
  const parts: Uint8Array[] = [];
  if (payloadFormatIndicator !== undefined)
    parts.push(Uint8Array.of(PROPERTY.PAYLOAD_FORMAT, payloadFormatIndicator ? 1 : 0));
  if (expirySeconds !== undefined) parts.push(numberProperty(PROPERTY.MESSAGE_EXPIRY, 4, expirySeconds));
  if (contentType !== undefined) parts.push(...binaryProperty(PROPERTY.CONTENT_TYPE, Buffer.from(contentType)));
  if (responseTopic !== undefined) parts.push(...binaryProperty(PROPERTY.RESPONSE_TOPIC, Buffer.from(responseTopic)));
  if (correlationData !== undefined) parts.push(...binaryProperty(PROPERTY.CORRELATION_DATA, correlationData));
  for (const id of subscriptionIds) {
    const part = Buffer.alloc(1 + varintBytes(id), PROPERTY.SUBSCRIPTION_ID);
    writeVarint(part, 1, id);
    parts.push(part);
  }
  if (topicAlias !== undefined) parts.push(numberProperty(PROPERTY.TOPIC_ALIAS, 2, topicAlias));
  if (userProperties !== undefined) parts.push(userProperties);
  return Buffer.concat(parts);
}

function numberProperty(id: number, size: 2 | 4, value: number): Buffer {
  const part = Buffer.alloc(1 + size, id);
  part.writeUIntBE(value, 1, size);
  return part;
}

function binaryProperty(id: number, value: Buffer): readonly Uint8Array[] {
  return [numberProperty(id, 2, value.length), value];
}

/** Seven bits in each byte (section 1.5.5). */
function varintBytes(value: number): number {
  return 1 + Number(value > 0x7f) + Number(value > 0x3fff) + Number(value > 0x1fffff);
}

/** Returns the offset behind it. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let left = value;
  for (; left > 127; left >>>= 7) bytes[at++] = (left & 127) | 128;
  bytes[at++] = left;
  return at;
}
