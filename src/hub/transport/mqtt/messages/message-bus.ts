// Delivers messages from publishers to subscribers. The broker's emitter finds a topic's listeners, one call for each matching
// filter; the result is cached until a client subscribes or unsubscribes.
// Order: large messages to many subscribers are delivered over several turns of the event loop, one message after another; their
// publisher pays for them until then.
// Invariants: a subscriber gets one copy of a message, with the options of all its matching subscriptions [MQTT-3.3.4-3]; all
// subscribers see messages in the same order, also those published during a delivery.
import { isCatchAll } from "../../../../shared/mqtt/topics.ts";
import type { AedesBroker } from "../aedes-broker.ts";
import { type Message, type PublisherId, sizeOf } from "./packets.ts";
import type { Subscription } from "./subscription.ts";

/** Topics and their listeners together. */
const MAX_CACHED_ENTRIES = 20_000;
const MAX_CACHED_TOPIC_CHARACTERS = 256;
/** Of messages, to all subscribers: some 4 ms, after which those that read have taken what was written to them. */
const MAX_BYTES_PER_TURN = 4 * 1024 * 1024;

export interface Receiver {
  /** Called once for each message, with the receiver's matching subscriptions. */
  receive(message: Message, publisher: PublisherId, subscriptions: readonly Subscription[]): void;
}

/** A subscription in the emitter. It can be replaced; null once it has ended, which the emitter applies only later. */
interface EmitterEntry {
  subscription: Subscription | null;
}

export interface BusSubscription {
  /** Replaces the options of a subscription with the same filter. */
  replace(subscription: Subscription): void;
  end(): void;
}

/** A receiver with its subscriptions that match a topic. */
type Listener = readonly [receiver: Receiver, subscriptions: readonly Subscription[]];

/** Emitted to find the listeners of a topic: each listener adds itself. The emitter carries the broker's own packets, too. */
class ListenerSearch {
  readonly topic: string;
  readonly #found = new Map<Receiver, Subscription[]>();

  constructor(topic: string) {
    this.topic = topic;
  }

  add(receiver: Receiver, subscription: Subscription): void {
    const subscriptions = this.#found.get(receiver);
    if (subscriptions === undefined) this.#found.set(receiver, [subscription]);
    else subscriptions.push(subscription);
  }

  get listeners(): readonly Listener[] {
    return this.#found.size === 0 ? NO_LISTENERS : [...this.#found];
  }
}

const NO_LISTENERS: readonly Listener[] = [];

/** A published message, with its listeners at that time. */
interface PendingMessage {
  readonly message: Message;
  readonly publisher: PublisherId;
  readonly listeners: readonly Listener[];
  readonly onDelivered: () => void;
  /** Listeners that have it. */
  delivered: number;
}

export class MessageBus {
  readonly #broker: AedesBroker;
  readonly #listeners = new Map<string, readonly Listener[]>();
  #cachedEntries = 0;
  readonly #pending: PendingMessage[] = [];

  constructor(broker: AedesBroker) {
    this.#broker = broker;
  }

  /** How many receivers a topic has; a shared group counts as one. */
  countSubscribers(topic: string): number {
    return this.#listenersOf(topic).length;
  }

  /** `onDelivered` is called once all subscribers have it. */
  publish(message: Message, publisher: PublisherId, onDelivered: () => void = nothing): void {
    const listeners = this.#listenersOf(message.topic);
    if (listeners.length === 0) {
      onDelivered();
      return;
    }
    if (this.#pending.length === 0) queueMicrotask(() => this.#deliver());
    this.#pending.push({ message, publisher, listeners, onDelivered, delivered: 0 });
  }

  subscribe(filter: string, receiver: Receiver, subscription: Subscription): BusSubscription {
    const entry: EmitterEntry = { subscription };
    const isCatchAllFilter = isCatchAll(filter);
    const listener = (search: object, done: () => void): void => {
      const { subscription: current } = entry;
      // Topics that begin with "$" match no filter that begins with a wildcard [MQTT-4.7.2-1].
      if (current !== null && search instanceof ListenerSearch && !(isCatchAllFilter && search.topic.startsWith("$")))
        search.add(receiver, current);
      done();
    };
    this.#broker.subscribe(filter, listener, () => undefined);
    this.#clearCache();
    return {
      replace: (replacement) => {
        entry.subscription = replacement;
        this.#clearCache();
      },
      end: () => {
        entry.subscription = null;
        this.#broker.unsubscribe(filter, listener, () => undefined);
        this.#clearCache();
      },
    };
  }

  #listenersOf(topic: string): readonly Listener[] {
    return this.#listeners.get(topic) ?? this.#search(topic);
  }

  #search(topic: string): readonly Listener[] {
    const search = new ListenerSearch(topic);
    this.#broker.emitMessage(search);
    const { listeners } = search;
    if (topic.length > MAX_CACHED_TOPIC_CHARACTERS) return listeners;
    const entries = 1 + listeners.length;
    if (this.#cachedEntries + entries > MAX_CACHED_ENTRIES) this.#clearCache();
    this.#cachedEntries += entries;
    this.#listeners.set(topic, listeners);
    return listeners;
  }

  #clearCache(): void {
    if (this.#cachedEntries === 0) return;
    this.#cachedEntries = 0;
    this.#listeners.clear();
  }

  /** What is published meanwhile comes behind it. */
  #deliver(): void {
    let room = MAX_BYTES_PER_TURN;
    let done = 0;
    for (const pending of this.#pending) {
      const { message, publisher, listeners, onDelivered } = pending;
      const bytes = sizeOf(message);
      while (pending.delivered < listeners.length && room > 0) {
        const listener = listeners[pending.delivered++];
        listener?.[0].receive(message, publisher, listener[1]);
        room -= bytes;
      }
      if (pending.delivered < listeners.length) break;
      onDelivered();
      done++;
    }
    this.#pending.splice(0, done);
    if (this.#pending.length > 0) setImmediate(() => this.#deliver());
  }
}

function nothing(): void {}
