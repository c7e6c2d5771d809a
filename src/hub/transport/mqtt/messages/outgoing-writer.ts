// Writes messages to one client: with the properties, the topic alias and the size that it takes.
import type { IPublishPacket } from "mqtt-packet";
import type { Outgoing } from "./outgoing.ts";
import { encode, type Level, type MessageProperties, MQTT_5 } from "./packets.ts";
import { OutgoingAliases } from "./topic-aliases.ts";

export interface OutgoingWriterOptions {
  readonly level: Level;
  /** Largest packet that the client takes. */
  readonly maxPacketBytes: number;
  readonly topicAliasMaximum: number;
  readonly now: () => number;
  readonly write: (bytes: Uint8Array) => void;
}

type Properties = NonNullable<IPublishPacket["properties"]>;

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
    const packet: IPublishPacket = {
      cmd: "publish",
      topic,
      payload,
      qos,
      retain,
      dup: isDuplicate,
      messageId: packetId,
    };
    if (level !== MQTT_5) {
      write(encode(packet, level));
      return true;
    }
    const alias = this.#aliases?.find(topic) ?? null;
    const properties = propertiesOf(message.properties, subscriptionIds, leftSeconds, alias?.alias);
    if (properties !== undefined) packet.properties = properties;
    if (alias?.isNew === false) packet.topic = "";
    const bytes = encode(packet, level);
    if (bytes.length > maxPacketBytes) return false;
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
): Properties | undefined {
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
