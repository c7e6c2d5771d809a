// Writes messages to one client, within its protocol version, Topic Alias Maximum and Maximum Packet Size.
import type { Outgoing } from "./outgoing.ts";
import { type Level, type Message, MQTT_5 } from "./packets.ts";
import { encodePublish } from "./publish-packets.ts";
import { type OutgoingAlias, OutgoingAliases } from "./topic-aliases.ts";

export interface OutgoingWriterOptions {
  readonly level: Level;
  /** The client's Maximum Packet Size. */
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  readonly now: () => number;
  readonly write: (bytes: Uint8Array) => void;
}

/** How a message is sent this time. */
interface SendOptions {
  readonly packetId: number;
  readonly isDuplicate: boolean;
  readonly secondsLeft: number | undefined;
  readonly alias: OutgoingAlias | null;
}

export class OutgoingWriter {
  readonly #options: OutgoingWriterOptions;
  readonly #aliases: OutgoingAliases | null;

  constructor(options: OutgoingWriterOptions) {
    this.#options = options;
    this.#aliases = options.topicAliasMaximum > 0 ? new OutgoingAliases(options.topicAliasMaximum) : null;
  }

  /** False where the message is not written: it has expired, or exceeds the client's Maximum Packet Size. */
  write(outgoing: Outgoing, packetId: number, isDuplicate: boolean): boolean {
    const { level, maxPacketBytes, now, write } = this.#options;
    const { topic, expiresAtMs } = outgoing.message;
    const secondsLeft = expiresAtMs === null ? undefined : Math.ceil((expiresAtMs - now()) / 1_000);
    if (secondsLeft !== undefined && secondsLeft <= 0) return false;
    const alias = this.#aliases?.find(topic) ?? null;
    const options = { packetId, isDuplicate, secondsLeft, alias };
    const bytes = this.#encode(outgoing, options);
    if (level !== MQTT_5 || bytes.length <= maxPacketBytes) {
      if (alias?.isNew === true) this.#aliases?.learned(topic, alias.alias);
      write(bytes);
      return true;
    }
    // Without the new alias, which adds three bytes, it may fit.
    const withoutAlias = alias?.isNew === true ? this.#encode(outgoing, { ...options, alias: null }) : bytes;
    if (withoutAlias.length > maxPacketBytes) return false;
    write(withoutAlias);
    return true;
  }

  #encode(outgoing: Outgoing, { packetId, isDuplicate, secondsLeft, alias }: SendOptions): Buffer {
    const { message, qos, retain, subscriptionIds } = outgoing;
    const { topic, payload, properties: publisherProperties } = message;
    const { level } = this.#options;
    const isPlain =
      publisherProperties === undefined && secondsLeft === undefined && alias === null && subscriptionIds.length === 0;
    if (qos === 0 && isPlain) return encodeCached(outgoing, level);
    const packet = { topic: alias?.isNew === false ? "" : topic, payload, qos, retain, isDuplicate, packetId };
    if (level !== MQTT_5 || isPlain) return encodePublish(packet, undefined, level);
    const properties = { publisherProperties, expirySeconds: secondsLeft, topicAlias: alias?.alias, subscriptionIds };
    return encodePublish(packet, properties, level);
  }
}

/** The last packet: a message goes to one subscriber after another, and most get the same bytes. */
let lastEncoded: {
  readonly message: Message;
  readonly retain: boolean;
  readonly level: Level;
  readonly bytes: Buffer;
} | null = null;

/** A PUBLISH of QoS 0 without properties. */
function encodeCached({ message, retain }: Outgoing, level: Level): Buffer {
  if (lastEncoded?.message === message && lastEncoded.retain === retain && lastEncoded.level === level)
    return lastEncoded.bytes;
  const { topic, payload } = message;
  const bytes = encodePublish({ topic, payload, qos: 0, retain, isDuplicate: false, packetId: 0 }, undefined, level);
  lastEncoded = { message, retain, level, bytes };
  return bytes;
}
