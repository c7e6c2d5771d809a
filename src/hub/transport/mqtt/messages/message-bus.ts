// Messages from those who publish to those who subscribed. Who listens to a topic is asked of the broker's emitter, which calls
// one listener for each filter that matches, and remembered until anybody subscribes or unsubscribes.
// Invariants: a subscriber gets one copy of a message, with the options of all its filters that match [MQTT-3.3.4-3]; what is
// published while a message is delivered comes behind it, for everybody.
import { isCatchAll } from "../../../../shared/mqtt/topics.ts";
import type { AedesBroker } from "../aedes-broker.ts";
import type { Message, PublisherId } from "./packets.ts";
import type { Subscription } from "./subscription.ts";

/** Topics, and who listens to each of them. */
const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_TOPIC_CHARACTERS = 256;

export interface Receiver {
  /** Called once for a message, with those of its subscriptions that match. */
  receive(message: Message, publisher: PublisherId, subscriptions: readonly Subscription[]): void;
}

/** A subscription in the emitter: what it asks for may be replaced, and ends at once. */
interface Listening {
  subscription: Subscription | null;
}

export interface BusSubscription {
  /** Takes the place of what was asked for, with the same filter. */
  replace(subscription: Subscription): void;
  end(): void;
}

/** Those of a receiver's subscriptions that match a topic. */
type Listener = readonly [receiver: Receiver, subscriptions: readonly Subscription[]];

/** Goes through the emitter, which has packets of the broker's own, too: the listeners that it calls enter themselves. */
class ListenerSearch {
  readonly topic: string;
  readonly #found = new Map<Receiver, Subscription[]>();

  constructor(topic: string) {
    this.topic = topic;
  }

  enter(receiver: Receiver, subscription: Subscription): void {
    const subscriptions = this.#found.get(receiver);
    if (subscriptions === undefined) this.#found.set(receiver, [subscription]);
    else subscriptions.push(subscription);
  }

  get listeners(): readonly Listener[] {
    return this.#found.size === 0 ? NOBODY : [...this.#found];
  }
}

const NOBODY: readonly Listener[] = [];

/** A message on its way to those who listened when it was published. */
interface Published {
  readonly message: Message;
  readonly publisher: PublisherId;
  readonly listeners: readonly Listener[];
}

export class MessageBus {
  readonly #broker: AedesBroker;
  readonly #listeners = new Map<string, readonly Listener[]>();
  #remembered = 0;
  #published: Published[] = [];

  constructor(broker: AedesBroker) {
    this.#broker = broker;
  }

  /** To how many a message on `topic` would be delivered; a shared group counts as one. */
  countSubscribers(topic: string): number {
    return this.#listenersOf(topic).length;
  }

  publish(message: Message, publisher: PublisherId): void {
    const listeners = this.#listenersOf(message.topic);
    if (listeners.length === 0) return;
    if (this.#published.length === 0) queueMicrotask(() => this.#deliver());
    this.#published.push({ message, publisher, listeners });
  }

  subscribe(filter: string, receiver: Receiver, subscription: Subscription): BusSubscription {
    const listening: Listening = { subscription };
    const isCatchingAll = isCatchAll(filter);
    const listener = (search: object, done: () => void): void => {
      const { subscription: asked } = listening;
      // Topics that begin with "$" match no filter that begins with a wildcard [MQTT-4.7.2-1].
      if (asked !== null && search instanceof ListenerSearch && !(isCatchingAll && search.topic.startsWith("$")))
        search.enter(receiver, asked);
      done();
    };
    this.#broker.subscribe(filter, listener, () => undefined);
    this.#forget();
    return {
      replace: (replacement) => {
        listening.subscription = replacement;
        this.#forget();
      },
      end: () => {
        listening.subscription = null;
        this.#broker.unsubscribe(filter, listener, () => undefined);
        this.#forget();
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
    if (topic.length > MAX_REMEMBERED_TOPIC_CHARACTERS) return listeners;
    const more = 1 + listeners.length;
    if (this.#remembered + more > MAX_REMEMBERED) this.#forget();
    this.#remembered += more;
    this.#listeners.set(topic, listeners);
    return listeners;
  }

  #forget(): void {
    if (this.#remembered === 0) return;
    this.#remembered = 0;
    this.#listeners.clear();
  }

  #deliver(): void {
    const all = this.#published;
    this.#published = [];
    for (const { message, publisher, listeners } of all)
      for (const [receiver, subscriptions] of listeners) receiver.receive(message, publisher, subscriptions);
  }
}
