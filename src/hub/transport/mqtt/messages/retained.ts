// Retained messages: the last one of each topic, bounded, and stored so that they survive a restart.
// Invariant: setting or clearing a retained message is acknowledged once it is on disk.
import { type Static, Type } from "typebox";
import { filterMatches, isCatchAll } from "../../../../shared/mqtt/topics.ts";
import type { Clock } from "../../../clock.ts";
import { Mutex } from "../../../mutex.ts";
import type { RecordKind, RecordStore } from "../../../store/records.ts";
import { type Message, sizeOf } from "./packets.ts";
import { bytesOfUserProperties } from "./user-properties.ts";

const MAX_MESSAGES = 10_000;
/** After so many messages that were looked at for a filter, or so many bytes that were found, others have their turn. */
const MESSAGES_PER_TURN = 2_000;
const BYTES_PER_TURN = 64 * 1024;
const EXPIRY_CHECK_MS = 60_000;

const Properties = Type.Object({
  payloadFormatIndicator: Type.Optional(Type.Boolean()),
  contentType: Type.Optional(Type.String()),
  responseTopic: Type.Optional(Type.String()),
  correlationData: Type.Optional(Type.String({ description: "base64" })),
  /** As earlier versions stored them: as objects they take a hundred bytes each while they are read. */
  userProperties: Type.Optional(Type.Array(Type.Tuple([Type.String(), Type.String()]))),
  userPropertyBytes: Type.Optional(Type.String({ description: "base64" })),
});

/** A retained message as the store keeps it. */
const RetainedRecord = Type.Object({
  topic: Type.String(),
  payload: Type.String({ description: "base64" }),
  qos: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]),
  properties: Type.Optional(Properties),
  expiresAtMs: Type.Union([Type.Number(), Type.Null()]),
});
type RetainedRecord = Static<typeof RetainedRecord>;

const retainedRecords: RecordKind<typeof RetainedRecord> = {
  name: "retained",
  schema: RetainedRecord,
  idOf: ({ topic }) => topic,
};

export interface RetainedMessagesOptions {
  readonly records: RecordStore;
  readonly maxBytes: number;
  readonly clock: Clock;
}

export interface RetainedSearch {
  /** The next ones, a few at a time; null where there are no more. */
  next(): Promise<readonly Message[] | null>;
}

/** Of a search. */
interface Portion {
  readonly found: readonly Message[];
  /** How many messages were looked at; 0 at the end. */
  readonly looked: number;
}

export class RetainedMessages {
  readonly #options: RetainedMessagesOptions;
  readonly #byTopic = new Map<string, Message>();
  /** Topics whose message is being deleted from disk. */
  readonly #removing = new Map<string, Promise<void>>();
  #bytes = 0;
  /** One step of a search after another, whoever asks: each takes a millisecond or so. */
  readonly #steps = new Mutex();
  #endTimer: (() => void) | null = null;

  constructor(options: RetainedMessagesOptions) {
    this.#options = options;
  }

  /** Loads the stored messages; to be called once. */
  async start(): Promise<void> {
    const { records, clock } = this.#options;
    for (const record of await records.collection(retainedRecords).list()) this.#put(messageOf(record));
    this.#endTimer = clock.every(EXPIRY_CHECK_MS, () => this.#removeExpired());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  /**
   * Replaces the retained message of a topic; an empty payload clears it [MQTT-3.3.1-10]. Resolves once that is on disk; with
   * false where there is no room, and then the topic has none, rather than an outdated one.
   */
  async keep(published: Message): Promise<boolean> {
    const message = { ...published, payload: unpooled(published.payload) };
    const { topic, payload } = message;
    const before = this.#byTopic.get(topic);
    const hasRoom = payload.length > 0 && this.#hasRoomFor(message, before);
    if (!hasRoom) {
      await (before === undefined ? this.#removing.get(topic) : this.#clear(before));
      return payload.length === 0;
    }
    this.#put(message);
    try {
      await this.#options.records.collection(retainedRecords).save([recordOf(message)]);
    } catch (error) {
      // No subscriber may get a message that would be gone after a restart, unless a later one has replaced it.
      if (this.#byTopic.get(topic) === message) {
        this.#remove(message);
        if (before !== undefined) this.#put(before);
      }
      throw error;
    }
    return true;
  }

  /** Resolves once it is deleted from disk; on failure it is retained again, and the client retries. */
  async #clear(message: Message): Promise<void> {
    const { topic } = message;
    this.#remove(message);
    const removing = this.#options.records.collection(retainedRecords).save([], [topic]);
    this.#removing.set(topic, removing);
    try {
      await removing;
    } catch (error) {
      if (!this.#byTopic.has(topic)) this.#put(message);
      throw error;
    } finally {
      if (this.#removing.get(topic) === removing) this.#removing.delete(topic);
    }
  }

  get count(): number {
    return this.#byTopic.size;
  }

  /**
   * Searches for those that match. Each is as it is by then: somebody who is slow to ask for the next ones holds none of those
   * that were replaced meanwhile.
   */
  search(filter: string): RetainedSearch {
    const wildcardAt = filter.search(/[+#]/);
    return wildcardAt < 0 ? this.#lookUp(filter) : this.#searchAll(filter, wildcardAt);
  }

  /** Waits for nobody's search. */
  #lookUp(topic: string): RetainedSearch {
    const topics = [topic];
    return {
      next: async () => {
        const message = this.#byTopic.get(topics.pop() ?? "");
        return message === undefined || isExpired(message, this.#options.clock.now()) ? null : [message];
      },
    };
  }

  #searchAll(filter: string, wildcardAt: number): RetainedSearch {
    // It goes on over changes. What is added meanwhile came to the subscriber when it was published.
    const messages = this.#byTopic.values();
    let left = this.#byTopic.size;
    return {
      next: async () => {
        while (left > 0) {
          const { found, looked } = await this.#steps.runExclusive(() =>
            this.#findSome(filter, wildcardAt, messages, left),
          );
          left = looked === 0 ? 0 : left - looked;
          if (found.length > 0) return found;
        }
        return null;
      },
    };
  }

  async #findSome(filter: string, wildcardAt: number, messages: Iterator<Message>, most: number): Promise<Portion> {
    await new Promise((resolve) => setImmediate(resolve));
    const nowMs = this.#options.clock.now();
    const isCatchingAll = isCatchAll(filter);
    // “a/#” matches “a”, too.
    const beginning = filter.slice(0, Math.max(0, wildcardAt - 1));
    const found: Message[] = [];
    let bytes = 0;
    let looked = 0;
    while (looked < Math.min(most, MESSAGES_PER_TURN) && bytes < BYTES_PER_TURN) {
      const next = messages.next();
      if (next.done === true) break;
      looked++;
      const { topic } = next.value;
      if (!topic.startsWith(beginning) || !filterMatches(filter, topic)) continue;
      if ((isCatchingAll && topic.startsWith("$")) || isExpired(next.value, nowMs)) continue;
      found.push(next.value);
      bytes += sizeOf(next.value);
    }
    return { found, looked };
  }

  #hasRoomFor(message: Message, before: Message | undefined): boolean {
    const bytes = this.#bytes - (before === undefined ? 0 : sizeOf(before)) + sizeOf(message);
    return bytes <= this.#options.maxBytes && (before !== undefined || this.#byTopic.size < MAX_MESSAGES);
  }

  #put(message: Message): void {
    const before = this.#byTopic.get(message.topic);
    if (before !== undefined) this.#bytes -= sizeOf(before);
    this.#byTopic.set(message.topic, message);
    this.#bytes += sizeOf(message);
  }

  #remove(message: Message): void {
    if (this.#byTopic.delete(message.topic)) this.#bytes -= sizeOf(message);
  }

  #removeExpired(): void {
    const nowMs = this.#options.clock.now();
    const expired = [...this.#byTopic.values()].filter((message) => isExpired(message, nowMs));
    if (expired.length === 0) return;
    for (const message of expired) this.#remove(message);
    const topics = expired.map(({ topic }) => topic);
    // What could not be deleted is found expired after the next start, too.
    this.#options.records
      .collection(retainedRecords)
      .save([], topics)
      .catch(() => undefined);
  }
}

/** A small buffer is a part of one of 8 KiB, all of which would be kept with it. */
function unpooled(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

function isExpired({ expiresAtMs }: Message, nowMs: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= nowMs;
}

function recordOf({ topic, payload, qos, properties, expiresAtMs }: Message): RetainedRecord {
  const record = { topic, payload: payload.toString("base64"), qos, expiresAtMs };
  if (properties === undefined) return record;
  const { correlationData, userProperties, ...plain } = properties;
  return {
    ...record,
    properties: {
      ...plain,
      ...(correlationData !== undefined && { correlationData: correlationData.toString("base64") }),
      ...(userProperties !== undefined && { userPropertyBytes: userProperties.toString("base64") }),
    },
  };
}

function messageOf({ topic, payload, qos, properties, expiresAtMs }: RetainedRecord): Message {
  const message = { topic, payload: Buffer.from(payload, "base64"), qos, retain: true, expiresAtMs };
  if (properties === undefined) return { ...message, properties: undefined };
  const { correlationData, userProperties, userPropertyBytes, ...plain } = properties;
  const storedProperties =
    userPropertyBytes === undefined
      ? userProperties && bytesOfUserProperties(userProperties)
      : Buffer.from(userPropertyBytes, "base64");
  return {
    ...message,
    properties: {
      ...plain,
      ...(correlationData !== undefined && { correlationData: Buffer.from(correlationData, "base64") }),
      ...(storedProperties !== undefined && { userProperties: storedProperties }),
    },
  };
}
