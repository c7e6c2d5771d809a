// The message type of the session layer, and encoding of all packets but PUBLISH.
import { generate, type IPublishPacket, type Packet, writeToStream } from "mqtt-packet";

// By default the packet library caches a buffer for each number up to 65,535: 7 MB for little speed.
Object.assign(writeToStream, { cacheNumbers: false });

export type Level = 3 | 4 | 5;
export const MQTT_5: Level = 5;

export type Qos = 0 | 1 | 2;

export type PublishProperties = NonNullable<IPublishPacket["properties"]>;

/** Properties that a publisher sets for the subscribers (MQTT 5, section 3.3.2.3). */
export interface MessageProperties {
  readonly payloadFormatIndicator?: boolean;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  /** Encoded, as they arrived: their order is kept [MQTT-3.3.2-18]. */
  readonly userProperties?: Buffer;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  /** The RETAIN flag of the PUBLISH. */
  readonly retain: boolean;
  /** Undefined where there are none. */
  readonly properties: MessageProperties | undefined;
  /** Milliseconds UTC; null where it does not expire. */
  readonly expiresAtMs: number | null;
}

/** The client id of the publisher; null where it is the hub. */
export type PublisherId = string | null;

export function expiresAt(expirySeconds: number | undefined, nowMs: number): number | null {
  return expirySeconds === undefined ? null : nowMs + expirySeconds * 1_000;
}

/** Bytes that a message takes in memory. */
export function sizeOf({ topic, payload, properties }: Message): number {
  return MESSAGE_OVERHEAD_BYTES + 2 * topic.length + payload.length + propertyBytes(properties);
}

const MESSAGE_OVERHEAD_BYTES = 200;
const PROPERTY_OVERHEAD_BYTES = 256;

function propertyBytes(properties: MessageProperties | undefined): number {
  if (properties === undefined) return 0;
  const { contentType = "", responseTopic = "", correlationData, userProperties } = properties;
  const bufferBytes = (correlationData?.length ?? 0) + (userProperties?.length ?? 0);
  return PROPERTY_OVERHEAD_BYTES + 2 * (contentType.length + responseTopic.length) + bufferBytes;
}

export function encode(packet: Packet, level: Level): Buffer {
  return generate(packet, { protocolVersion: level });
}

const ACKNOWLEDGEMENTS = { puback: 0x40, pubrec: 0x50, pubcomp: 0x70 } as const;

/** One without properties (section 3.4); one that says that all is well, with 0, is the same in every version. */
export function plainAcknowledgement(
  kind: keyof typeof ACKNOWLEDGEMENTS,
  packetId: number,
  reasonCode: number,
): Uint8Array {
  const [type, high, low] = [ACKNOWLEDGEMENTS[kind], packetId >> 8, packetId & 0xff];
  return reasonCode === 0 ? Uint8Array.of(type, 2, high, low) : Uint8Array.of(type, 3, high, low, reasonCode);
}
