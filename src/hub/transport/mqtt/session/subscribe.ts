// Handles SUBSCRIBE and UNSUBSCRIBE of one client: authorises filters, attaches command topics, sends retained messages.
// Invariant: retained messages are sent for one filter at a time, however often and fast a client subscribes.

import { setTimeout } from "node:timers/promises";
import type { ISubackPacket, ISubscribePacket, ISubscription, IUnsubackPacket, IUnsubscribePacket } from "mqtt-packet";
import type { AccessHooks } from "../access-hooks.ts";
import type { MqttCommands } from "../command-delivery.ts";
import { type Level, MQTT_5 } from "../messages/packets.ts";
import type { RetainedMessages, RetainedSearch } from "../messages/retained.ts";
import { innerFilter, parseShared, type Subscription } from "../messages/subscription.ts";
import type { MqttSession } from "../session.ts";
import type { FilterLoad, FilterOutcome, MqttSubscriptions, Subscriber } from "../subscriptions.ts";
import { REASON, type Reason } from "./reason-codes.ts";
import type { SessionState } from "./session-state.ts";

export interface SubscribeOptions {
  readonly level: Level;
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly access: AccessHooks;
  readonly subscriptions: MqttSubscriptions;
  readonly commands: MqttCommands;
  readonly retained: Pick<RetainedMessages, "search">;
  /** Ends the connection; `reasonString` says why. */
  readonly end: (reason: Reason, reasonString: string) => void;
}

/** The return code in an MQTT 3.1.1 SUBACK (section 3.9.3). */
const FAILURE = 0x80;
/** Retain Handling (MQTT 5, section 3.8.3.1): with 0, retained messages are sent at each SUBSCRIBE. */
const ONLY_IF_NEW = 1;
const NOT_AT_SUBSCRIBE = 2;

/** Refused filters that are remembered, to grant them later. */
const MAX_REFUSED_FILTERS = 200;
/** Retained messages wait while the socket has more unsent bytes. */
const MAX_UNSENT_BYTES = 256 * 1024;
const RETRY_DELAY_MS = 20;

const REFUSALS = {
  "bad-filter": REASON.TOPIC_FILTER_INVALID,
  "too-many": REASON.QUOTA_EXCEEDED,
  forbidden: REASON.NOT_AUTHORIZED,
} as const satisfies Record<Exclude<FilterOutcome, "granted">, number>;

export class SubscribeHandler implements Subscriber {
  readonly #options: SubscribeOptions;
  /** Refused subscriptions, by filter. */
  readonly #refused = new Map<string, Subscription>();
  /** Subscriptions whose retained messages are to be sent, by filter. */
  readonly #pendingRetained = new Map<string, Subscription>();
  #isSending = false;
  #isEnded = false;

  constructor(options: SubscribeOptions) {
    this.#options = options;
  }

  get filters(): Iterable<string> {
    return this.#options.state.filters;
  }

  has(filter: string): boolean {
    return this.#options.state.has(filter);
  }

  get load(): FilterLoad {
    return this.#options.state.load;
  }

  /** Renews the subscriptions of a resumed session: attaches its command topics to this connection. */
  resume(): void {
    const { state, commands, session } = this.#options;
    for (const subscription of state.subscriptions) {
      const { filter } = subscription;
      // Rights may have changed meanwhile; a refused subscription can be granted later.
      if (this.#refusalOf(subscription) === null) commands.subscribed(session, filter, subscription);
      else state.unsubscribe(filter);
    }
  }

  /** Answers with SUBACK, then resolves once the retained messages are sent. */
  async subscribe(packet: ISubscribePacket, answer: (suback: ISubackPacket) => void): Promise<void> {
    const { messageId = 0, subscriptions, properties } = packet;
    // Only in MQTT 5: an MQTT 3 bridge gets No Local on all subscriptions.
    const isForbidden = ({ topic, nl }: ISubscription) => nl === true && parseShared(topic) !== null;
    if (this.#options.level === MQTT_5 && subscriptions.some(isForbidden)) {
      this.#options.end(REASON.PROTOCOL_ERROR, "A shared subscription cannot be without the client's own messages.");
      return;
    }
    const granted = subscriptions.map((requested) => {
      const subscription = subscriptionOf(requested, properties?.subscriptionIdentifier);
      const refusal = this.#refusalOf(subscription);
      if (refusal !== null) return refusal;
      const isNew = this.#subscribe(subscription);
      const retainHandling = requested.rh ?? 0;
      const isShared = parseShared(requested.topic) !== null;
      if (!isShared && retainHandling !== NOT_AT_SUBSCRIBE && (isNew || retainHandling !== ONLY_IF_NEW))
        this.#pendingRetained.set(subscription.filter, subscription);
      return requested.qos;
    });
    answer({ cmd: "suback", messageId, granted });
    await this.#sendRetained();
  }

  unsubscribe({ messageId = 0, unsubscriptions }: IUnsubscribePacket): IUnsubackPacket {
    const { state, commands, session } = this.#options;
    const granted = unsubscriptions.map((filter) => {
      commands.unsubscribed(session, filter);
      this.#refused.delete(filter);
      this.#pendingRetained.delete(filter);
      return state.unsubscribe(filter) ? REASON.SUCCESS : REASON.NO_SUBSCRIPTION_EXISTED;
    });
    return { cmd: "unsuback", messageId, granted };
  }

  grant(filter: string): void {
    for (const subscription of [...this.#refused.values()]) {
      if (innerFilter(subscription.filter) !== filter) continue;
      this.#refused.delete(subscription.filter);
      this.#subscribe(subscription);
      this.#pendingRetained.set(subscription.filter, subscription);
    }
    void this.#sendRetained();
  }

  /** The connection has ended. */
  ended(): void {
    this.#isEnded = true;
    this.#options.subscriptions.ended(this);
  }

  #refusalOf(subscription: Subscription): number | null {
    const { level, access, session } = this.#options;
    const { filter } = subscription;
    const isMalformedShare = filter.startsWith("$share/") && parseShared(filter) === null;
    const outcome = isMalformedShare
      ? access.badShare(session, filter)
      : access.authorizeSubscribe(session, this, filter);
    if (outcome === "granted") return null;
    if (outcome === "forbidden" && this.#refused.size < MAX_REFUSED_FILTERS) this.#refused.set(filter, subscription);
    return level === MQTT_5 ? REFUSALS[outcome] : FAILURE;
  }

  #subscribe(subscription: Subscription): boolean {
    const { state, commands, session } = this.#options;
    const isNew = state.subscribe(subscription);
    commands.subscribed(session, subscription.filter, subscription);
    return isNew;
  }

  /** Runs until none is pending; a running call also sends those added since. */
  async #sendRetained(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (const [filter, subscription] of this.#pendingRetained) {
        this.#pendingRetained.delete(filter);
        await this.#sendMatching(subscription);
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #sendMatching(subscription: Subscription): Promise<void> {
    const { retained, state, session } = this.#options;
    const search = retained.search(subscription.filter);
    do {
      while (!this.#isEnded && (session.socket.writableLength > MAX_UNSENT_BYTES || !state.outgoing.hasRoom))
        await setTimeout(RETRY_DELAY_MS);
    } while (await this.#offerNext(search, subscription));
  }

  /** False where there are no more, or they are not wanted any more. Nothing is held from one call to the next. */
  async #offerNext(search: RetainedSearch, subscription: Subscription): Promise<boolean> {
    const { state } = this.#options;
    const messages = await search.next();
    if (messages === null || this.#isEnded || !state.has(subscription.filter)) return false;
    for (const message of messages) state.offer(message, [subscription], true);
    return true;
  }
}

function subscriptionOf({ topic, qos, nl, rap }: ISubscription, id: number | undefined): Subscription {
  return { filter: topic, qos, noLocal: nl === true, retainAsPublished: rap === true, id };
}
