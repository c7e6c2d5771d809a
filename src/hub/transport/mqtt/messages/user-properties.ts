// User properties of MQTT 5 as pairs, which earlier versions stored, in the bytes that are passed on.
import { PROPERTY } from "../wire/properties.ts";

type UserProperty = [name: string, value: string];

/** Whole user properties, one behind the other. */
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
