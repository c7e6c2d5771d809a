// The property block of MQTT 5 packets (section 2.2.2), scanned without decoding.

/** The encoding of a property's value. */
export type PropertyType = "byte" | "uint16" | "uint32" | "varint" | "text" | "topic" | "binary" | "pair";

export const PROPERTY_TYPES: ReadonlyMap<number, PropertyType> = new Map([
  [0x01, "byte"],
  [0x02, "uint32"],
  [0x03, "text"],
  [0x08, "topic"],
  [0x09, "binary"],
  [0x0b, "varint"],
  [0x11, "uint32"],
  [0x15, "text"],
  [0x16, "binary"],
  [0x17, "byte"],
  [0x18, "uint32"],
  [0x19, "byte"],
  [0x1f, "text"],
  [0x21, "uint16"],
  [0x22, "uint16"],
  [0x23, "uint16"],
  [0x26, "pair"],
  [0x27, "uint32"],
]);

/** Properties of a PUBLISH; only user properties may occur several times. */
export const PROPERTY = {
  PAYLOAD_FORMAT: 0x01,
  MESSAGE_EXPIRY: 0x02,
  CONTENT_TYPE: 0x03,
  RESPONSE_TOPIC: 0x08,
  CORRELATION_DATA: 0x09,
  SUBSCRIPTION_ID: 0x0b,
  TOPIC_ALIAS: 0x23,
  USER_PROPERTY: 0x26,
} as const;

/** By packet: the properties that a client may send. */
export const ALLOWED_PROPERTIES = {
  connect: new Set([0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27]),
  will: new Set([0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26]),
  publish: new Set([0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26]),
  acknowledgement: new Set([0x1f, 0x26]),
  subscribe: new Set([0x0b, 0x26]),
  unsubscribe: new Set([0x26]),
  disconnect: new Set([0x11, 0x1f, 0x26]),
} as const;

const SHORT_BLOCK_BYTES = 127;

/**
 * The offset of the payload of a checked PUBLISH; null where its properties need the session layer: a topic alias, or a block
 * of over 127 bytes.
 */
export function endOfPlainProperties(bytes: Buffer, start: number, end: number): number | null {
  const length = bytes[start];
  if (length === 0) return start + 1;
  if (length === undefined || length > SHORT_BLOCK_BYTES) return null;
  const blockEnd = start + 1 + length;
  if (blockEnd > end) return null;
  for (let at = start + 1; at < blockEnd; ) {
    const id = bytes[at];
    if (id === undefined || id === PROPERTY.TOPIC_ALIAS) return null;
    const valueEnd = endOfValue(bytes, at + 1, id);
    if (valueEnd === null) return null;
    at = valueEnd;
  }
  return blockEnd;
}

/** The end of the property value at `at`; null for a property that neither a client's PUBLISH nor a will may have. */
export function endOfValue(bytes: Buffer, at: number, id: number): number | null {
  switch (PROPERTY_TYPES.get(id)) {
    case "byte":
      return at + 1;
    case "uint16":
      return at + 2;
    case "uint32":
      return at + 4;
    case "text":
    case "topic":
    case "binary":
      return endOfString(bytes, at);
    case "pair":
      return endOfString(bytes, endOfString(bytes, at));
    default:
      return null;
  }
}

/** The end of a UTF-8 string or Binary Data, which begin with their length. */
export function endOfString(bytes: Buffer, at: number): number {
  return at + 2 + (at + 2 <= bytes.length ? bytes.readUInt16BE(at) : 0);
}

/** A Variable Byte Integer (section 1.5.5), and the offset behind it. */
export function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * 128 ** (at - start);
    if (byte < 128) return { value, end: at + 1 };
  }
}
