// Messages from those who publish to those who subscribed, over the broker's emitter. It calls one listener for each filter
// that matches; a subscriber is to get one copy, with the options of all of them [MQTT-3.3.4-3].
// Invariant: the emitter calls all listeners of a message in one go, so what they gathered is complete in the microtask behind.
import type { AedesPublishPacket } from "aedes";
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

/** A message for a receiver, while its subscriptions are gathered. */
interface Gathered {
  readonly packet: AedesPublishPacket;
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
    const { expiresAtMs, ...packet } = message;
    const clientId = publisher ?? undefined;
    const published = { cmd: "publish" as const, dup: false, ...packet, clientId, messageExpiry: expiresAtMs };
    // The broker's types do not name all that a packet carries, and it cannot do without the callback.
    this.#broker.publish(Object.assign({}, published, { properties: packet.properties ?? {} }), () => undefined);
  }

  subscribe(filter: string, receiver: Receiver, subscription: Subscription): BusSubscription {
    const listening: Listening = { subscription };
    const isCatchingAll = isCatchAll(filter);
    const listener = (packet: AedesPublishPacket, done: () => void): void => {
      // Topics that begin with "$" match no filter that begins with a wildcard [MQTT-4.7.2-1].
      if (listening.subscription !== null && !(isCatchingAll && packet.topic.startsWith("$")))
        this.#gather(packet, receiver, listening.subscription);
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

  #gather(packet: AedesPublishPacket, receiver: Receiver, subscription: Subscription): void {
    const latest = this.#latest.get(receiver);
    if (latest?.packet === packet) {
      latest.subscriptions.push(subscription);
      return;
    }
    if (this.#gathered.length === 0) queueMicrotask(() => this.#deliver());
    const gathered = { packet, receiver, subscriptions: [subscription] };
    this.#gathered.push(gathered);
    this.#latest.set(receiver, gathered);
  }

  #deliver(): void {
    const all = this.#gathered;
    this.#gathered = [];
    this.#latest.clear();
    let packet: AedesPublishPacket | null = null;
    let message: Message | null = null;
    for (const { packet: of, receiver, subscriptions } of all) {
      if (message === null || of !== packet) message = messageOf(of);
      packet = of;
      receiver.receive(message, publisherOf(of), subscriptions);
    }
  }
}

function messageOf(packet: AedesPublishPacket): Message {
  const { topic, payload, qos, retain, properties } = packet;
  const expiry = "messageExpiry" in packet ? packet.messageExpiry : null;
  return {
    topic,
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    qos,
    retain,
    properties: properties !== undefined && Object.keys(properties).length > 0 ? properties : undefined,
    expiresAtMs: typeof expiry === "number" ? expiry : null,
  };
}

function publisherOf(packet: AedesPublishPacket): PublisherId {
  return "clientId" in packet && typeof packet.clientId === "string" ? packet.clientId : null;
}
