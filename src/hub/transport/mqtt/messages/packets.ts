// Packets between bytes and objects, by mqtt-packet, and messages as the session layer passes them on.
// What arrives here has passed the packet check: its strings are UTF-8, and each property is allowed and there once.
import { generate, type IPublishPacket, type Packet, parser, writeToStream } from "mqtt-packet";
import { errorText } from "../../../../shared/error-text.ts";

// The packet library would make a buffer of each number up to 65,535, which is 7 MB, to be a little faster.
Object.assign(writeToStream, { cacheNumbers: false });

export type Level = 3 | 4 | 5;
export const MQTT_5: Level = 5;

export type Qos = 0 | 1 | 2;

export type PublishProperties = NonNullable<IPublishPacket["properties"]>;

/** What a publisher says of its message to those who receive it (MQTT 5, section 3.3.2.3). */
export type MessageProperties = Pick<
  PublishProperties,
  "payloadFormatIndicator" | "contentType" | "responseTopic" | "correlationData" | "userProperties"
>;

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  /** As it was published: the message is retained, too. */
  readonly retain: boolean;
  /** Undefined where there are none. */
  readonly properties: MessageProperties | undefined;
  /** When nobody is to get it any more, milliseconds UTC; null where that is never. */
  readonly expiresAtMs: number | null;
}

/** Who published a message; null where it is the hub. */
export type PublisherId = string | null;

/** Of the message of a PUBLISH or a will; undefined where nothing of the kind is said. */
export function messageProperties(properties: PublishProperties | undefined): MessageProperties | undefined {
  if (properties === undefined) return undefined;
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = properties;
  const found: MessageProperties = {
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    ...(userProperties !== undefined && { userProperties }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

export function expiresAt(properties: PublishProperties | undefined, nowMs: number): number | null {
  const seconds = properties?.messageExpiryInterval;
  return seconds === undefined ? null : nowMs + seconds * 1_000;
}

/** What a message takes in memory. */
export function sizeOf({ topic, payload, properties }: Message): number {
  return MESSAGE_OVERHEAD_BYTES + 2 * topic.length + payload.length + propertyBytes(properties);
}

const MESSAGE_OVERHEAD_BYTES = 200;
const PROPERTY_OVERHEAD_BYTES = 64;

function propertyBytes(properties: MessageProperties | undefined): number {
  if (properties === undefined) return 0;
  const { contentType = "", responseTopic = "", correlationData, userProperties = {} } = properties;
  let bytes = PROPERTY_OVERHEAD_BYTES + contentType.length + responseTopic.length + (correlationData?.length ?? 0);
  for (const [name, values] of Object.entries(userProperties))
    for (const value of [values].flat()) bytes += PROPERTY_OVERHEAD_BYTES + name.length + value.length;
  return bytes;
}

export function encode(packet: Packet, level: Level): Buffer {
  return generate(packet, { protocolVersion: level });
}

export interface OutgoingPublish extends Pick<Message, "topic" | "payload" | "qos" | "retain"> {
  readonly isDuplicate: boolean;
  /** Of QoS 1 and 2. */
  readonly packetId: number;
}

const PUBLISH_HEADER = 0x30;

/** A PUBLISH without properties: the one that is sent most by far. */
export function encodePlainPublish(packet: OutgoingPublish, level: Level): Buffer {
  const { topic, payload, qos, retain, isDuplicate, packetId } = packet;
  const topicBytes = Buffer.byteLength(topic);
  const headBytes = 2 + topicBytes + (qos > 0 ? 2 : 0) + (level === MQTT_5 ? 1 : 0);
  let length = headBytes + payload.length;
  // Seven bits of it in each byte (section 1.5.5).
  const lengthBytes = 1 + Number(length > 0x7f) + Number(length > 0x3fff) + Number(length > 0x1fffff);
  const bytes = Buffer.allocUnsafe(1 + lengthBytes + length);
  bytes[0] = PUBLISH_HEADER | (isDuplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  let at = 1;
  for (; length > 127; length >>>= 7) bytes[at++] = (length & 127) | 128;
  bytes[at++] = length;
  at = bytes.writeUInt16BE(topicBytes, at);
  at += bytes.write(topic, at);
  if (qos > 0) at = bytes.writeUInt16BE(packetId, at);
  if (level === MQTT_5) bytes[at++] = 0;
  payload.copy(bytes, at);
  return bytes;
}

export function encodePublish(packet: OutgoingPublish, properties: PublishProperties, level: Level): Buffer {
  const { isDuplicate: dup, packetId: messageId, ...rest } = packet;
  return encode({ cmd: "publish", ...rest, dup, messageId, properties }, level);
}

const ACKNOWLEDGEMENTS = { puback: 0x40, pubrec: 0x50, pubcomp: 0x70 } as const;

/** One that says that all is well, which is the same in every version (section 3.4). */
export function plainAcknowledgement(kind: keyof typeof ACKNOWLEDGEMENTS, packetId: number): Uint8Array {
  return Uint8Array.of(ACKNOWLEDGEMENTS[kind], 2, packetId >> 8, packetId & 0xff);
}

/** Passes on each packet of the bytes that it is given, which are whole packets of one connection, in order. */
export function makeDecoder(
  onPacket: (packet: Packet) => void,
  onFault: (fault: string) => void,
): (bytes: Buffer) => void {
  const decoder = parser();
  decoder.on("packet", onPacket);
  decoder.on("error", (error: unknown) => onFault(errorText(error)));
  return (bytes) => {
    decoder.parse(bytes);
  };
}
