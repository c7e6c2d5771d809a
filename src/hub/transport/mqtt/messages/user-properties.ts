// User properties of MQTT 5: forwarded as bytes, stored as pairs.
import { endOfString, PROPERTY } from "../wire/properties.ts";

type UserProperty = [name: string, value: string];

/** `bytes` are complete user properties. */
export function userPropertiesOf(bytes: Buffer): UserProperty[] {
  const pairs: UserProperty[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = endOfString(bytes, at + 1);
    const valueEnd = endOfString(bytes, nameEnd);
    pairs.push([bytes.toString("utf8", at + 3, nameEnd), bytes.toString("utf8", nameEnd + 2, valueEnd)]);
    at = valueEnd;
  }
  return pairs;
}

export function bytesOfUserProperties(pairs: readonly UserProperty[]): Buffer {
  const id = Buffer.of(PROPERTY.USER_PROPERTY);
  return Buffer.concat(pairs.flatMap(([name, value]) => [id, ...sized(name), ...sized(value)]));
}

function sized(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return [length, bytes];
}
