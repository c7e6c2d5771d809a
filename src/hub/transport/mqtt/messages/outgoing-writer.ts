// Writes messages to one client: with the properties, the topic alias and the size that it takes.
import type { Outgoing } from "./outgoing.ts";
import { type Level, type Message, MQTT_5 } from "./packets.ts";
import { encodePublish } from "./publish-packets.ts";
import { type OutgoingAlias, OutgoingAliases } from "./topic-aliases.ts";

export interface OutgoingWriterOptions {
  readonly level: Level;
  /** Largest packet that the client takes. */
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  readonly now: () => number;
  readonly write: (bytes: Uint8Array) => void;
}

/** How a message is sent this time. */
interface Sending {
  readonly packetId: number;
  readonly isDuplicate: boolean;
  readonly leftSeconds: number | undefined;
  readonly alias: OutgoingAlias | null;
}

export class OutgoingWriter {
  readonly #options: OutgoingWriterOptions;
  readonly #aliases: OutgoingAliases | null;

  constructor(options: OutgoingWriterOptions) {
    this.#options = options;
    this.#aliases = options.topicAliasMaximum > 0 ? new OutgoingAliases(options.topicAliasMaximum) : null;
  }

  /** False where the message is not written: it has expired, or is larger than the client takes. */
  write(outgoing: Outgoing, packetId: number, isDuplicate: boolean): boolean {
    const { level, maxPacketBytes, now, write } = this.#options;
    const { topic, expiresAtMs } = outgoing.message;
    const leftSeconds = expiresAtMs === null ? undefined : Math.ceil((expiresAtMs - now()) / 1_000);
    if (leftSeconds !== undefined && leftSeconds <= 0) return false;
    const alias = this.#aliases?.find(topic) ?? null;
    const sending = { packetId, isDuplicate, leftSeconds, alias };
    const bytes = this.#encode(outgoing, sending);
    if (level !== MQTT_5 || bytes.length <= maxPacketBytes) {
      if (alias?.isNew === true) this.#aliases?.learned(topic, alias.alias);
      write(bytes);
      return true;
    }
    // What makes it too large may be that its client is to learn an alias by it.
    const plain = alias?.isNew === true ? this.#encode(outgoing, { ...sending, alias: null }) : bytes;
    if (plain.length > maxPacketBytes) return false;
    write(plain);
    return true;
  }

  #encode(outgoing: Outgoing, { packetId, isDuplicate, leftSeconds, alias }: Sending): Buffer {
    const { message, qos, retain, subscriptionIds } = outgoing;
    const { topic, payload, properties: said } = message;
    const { level } = this.#options;
    const isPlain = said === undefined && leftSeconds === undefined && alias === null && subscriptionIds.length === 0;
    if (qos === 0 && isPlain) return encodeShared(outgoing, level);
    const packet = { topic: alias?.isNew === false ? "" : topic, payload, qos, retain, isDuplicate, packetId };
    if (level !== MQTT_5 || isPlain) return encodePublish(packet, undefined, level);
    const properties = { said, expirySeconds: leftSeconds, topicAlias: alias?.alias, subscriptionIds };
    return encodePublish(packet, properties, level);
  }
}

/** The packet that was written last: a message goes to one subscriber after the other, and most get the same bytes. */
let shared: {
  readonly message: Message;
  readonly retain: boolean;
  readonly level: Level;
  readonly bytes: Buffer;
} | null = null;

/** A PUBLISH of QoS 0 without properties. */
function encodeShared({ message, retain }: Outgoing, level: Level): Buffer {
  if (shared?.message === message && shared.retain === retain && shared.level === level) return shared.bytes;
  const { topic, payload } = message;
  const bytes = encodePublish({ topic, payload, qos: 0, retain, isDuplicate: false, packetId: 0 }, undefined, level);
  shared = { message, retain, level, bytes };
  return bytes;
}
