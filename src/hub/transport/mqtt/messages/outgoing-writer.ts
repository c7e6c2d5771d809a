// Writes messages to one client: with the properties, the topic alias and the size that it takes.
import type { Outgoing } from "./outgoing.ts";
import {
  encodePlainPublish,
  encodePublish,
  type Level,
  type MessageProperties,
  MQTT_5,
  type PublishProperties,
} from "./packets.ts";
import { OutgoingAliases } from "./topic-aliases.ts";

export interface OutgoingWriterOptions {
  readonly level: Level;
  /** Largest packet that the client takes. */
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  readonly now: () => number;
  readonly write: (bytes: Uint8Array) => void;
}

export class OutgoingWriter {
  readonly #options: OutgoingWriterOptions;
  readonly #aliases: OutgoingAliases | null;

  constructor(options: OutgoingWriterOptions) {
    this.#options = options;
    this.#aliases = options.topicAliasMaximum > 0 ? new OutgoingAliases(options.topicAliasMaximum) : null;
  }

  /** False where the message is not written: it has expired, or is larger than the client takes. */
  write({ message, qos, retain, subscriptionIds }: Outgoing, packetId: number, isDuplicate: boolean): boolean {
    const { level, maxPacketBytes, now, write } = this.#options;
    const { topic, payload, expiresAtMs } = message;
    const leftSeconds = expiresAtMs === null ? undefined : Math.ceil((expiresAtMs - now()) / 1_000);
    if (leftSeconds !== undefined && leftSeconds <= 0) return false;
    const alias = this.#aliases?.find(topic) ?? null;
    const properties =
      level === MQTT_5 ? propertiesOf(message.properties, subscriptionIds, leftSeconds, alias?.alias) : undefined;
    const packet = { topic: alias?.isNew === false ? "" : topic, payload, qos, retain, isDuplicate, packetId };
    const bytes =
      properties === undefined ? encodePlainPublish(packet, level) : encodePublish(packet, properties, level);
    if (level === MQTT_5 && bytes.length > maxPacketBytes) return false;
    if (alias?.isNew === true) this.#aliases?.learned(topic, alias.alias);
    write(bytes);
    return true;
  }
}

function propertiesOf(
  said: MessageProperties | undefined,
  subscriptionIds: readonly number[],
  leftSeconds: number | undefined,
  alias: number | undefined,
): PublishProperties | undefined {
  if (subscriptionIds.length === 0 && leftSeconds === undefined && alias === undefined) return said;
  const [onlyId] = subscriptionIds;
  return {
    ...said,
    ...(leftSeconds !== undefined && { messageExpiryInterval: leftSeconds }),
    ...(alias !== undefined && { topicAlias: alias }),
    ...(onlyId !== undefined && {
      subscriptionIdentifier: subscriptionIds.length === 1 ? onlyId : [...subscriptionIds],
    }),
  };
}
