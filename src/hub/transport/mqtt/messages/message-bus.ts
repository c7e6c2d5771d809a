// Messages from those who publish to those who subscribed, over the broker's emitter. It calls one listener for each filter
// that matches; a subscriber is to get one copy, with the options of all of them [MQTT-3.3.4-3].
// Invariant: the emitter calls all listeners of a message in one go, so what they gathered is complete in the microtask behind.
import { isCatchAll } from "../../../../shared/mqtt/topics.ts";
import type { AedesBroker } from "../aedes-broker.ts";
import type { Message, PublisherId } from "./packets.ts";
import type { Subscription } from "./subscription.ts";

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

/** A message on its way through the emitter, which has packets of the broker's own, too. */
class Published {
  readonly topic: string;
  readonly message: Message;
  readonly publisher: PublisherId;

  constructor(message: Message, publisher: PublisherId) {
    this.topic = message.topic;
    this.message = message;
    this.publisher = publisher;
  }
}

/** A message for a receiver, while its subscriptions are gathered. */
interface Gathered {
  readonly published: Published;
  readonly receiver: Receiver;
  readonly subscriptions: Subscription[];
}

export class MessageBus {
  readonly #broker: AedesBroker;
  #gathered: Gathered[] = [];
  readonly #latest = new Map<Receiver, Gathered>();

  constructor(broker: AedesBroker) {
    this.#broker = broker;
  }

  publish(message: Message, publisher: PublisherId): void {
    this.#broker.emitMessage(new Published(message, publisher));
  }

  subscribe(filter: string, receiver: Receiver, subscription: Subscription): BusSubscription {
    const listening: Listening = { subscription };
    const isCatchingAll = isCatchAll(filter);
    const listener = (published: object, done: () => void): void => {
      const { subscription: asked } = listening;
      // Topics that begin with "$" match no filter that begins with a wildcard [MQTT-4.7.2-1].
      if (asked !== null && published instanceof Published && !(isCatchingAll && published.topic.startsWith("$")))
        this.#gather(published, receiver, asked);
      done();
    };
    this.#broker.subscribe(filter, listener, () => undefined);
    return {
      replace: (replacement) => {
        listening.subscription = replacement;
      },
      end: () => {
        listening.subscription = null;
        this.#broker.unsubscribe(filter, listener, () => undefined);
      },
    };
  }

  #gather(published: Published, receiver: Receiver, subscription: Subscription): void {
    const latest = this.#latest.get(receiver);
    if (latest?.published === published) {
      latest.subscriptions.push(subscription);
      return;
    }
    if (this.#gathered.length === 0) queueMicrotask(() => this.#deliver());
    const gathered = { published, receiver, subscriptions: [subscription] };
    this.#gathered.push(gathered);
    this.#latest.set(receiver, gathered);
  }

  #deliver(): void {
    const all = this.#gathered;
    this.#gathered = [];
    this.#latest.clear();
    for (const { published, receiver, subscriptions } of all)
      receiver.receive(published.message, published.publisher, subscriptions);
  }
}
