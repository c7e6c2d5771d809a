// SUBSCRIBE and UNSUBSCRIBE of one client: what it may have, what is retained for it, and the commands that it is to be sent.
// Invariant: what is retained is sent for one filter after another, however often and fast a client subscribes.

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

/** In SUBACK of MQTT 3.1.1 (section 3.9.3). */
const FAILURE = 0x80;
/** Retained messages are sent (MQTT 5, section 3.8.3.1): at each SUBSCRIBE without the first two. */
const ONLY_IF_NEW = 1;
const NEVER = 2;

/** Filters that were turned away and are remembered. */
const MAX_REFUSED = 200;
/** Retained messages wait while so much of what the client is sent has not left. */
const MAX_UNSENT_BYTES = 256 * 1024;
const RETRY_MS = 20;

const REFUSALS = {
  "bad-filter": REASON.TOPIC_FILTER_INVALID,
  "too-many": REASON.QUOTA_EXCEEDED,
  forbidden: REASON.NOT_AUTHORIZED,
} as const satisfies Record<Exclude<FilterOutcome, "granted">, number>;

export class SubscribeHandler implements Subscriber {
  readonly #options: SubscribeOptions;
  /** By filter: what was asked for and turned away. */
  readonly #refused = new Map<string, Subscription>();
  /** By filter: those for which what is retained is to be sent. */
  readonly #wanted = new Map<string, Subscription>();
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

  /** The session was there before: its commands are sent to this connection. */
  resume(): void {
    const { state } = this.#options;
    for (const subscription of state.subscriptions) {
      const { filter } = subscription;
      state.unsubscribe(filter);
      // What was allowed then may not be now, and may be again.
      if (this.#refusalOf(subscription) === null) this.#subscribe(subscription);
    }
  }

  /** Answers, then resolves once what is retained is sent. */
  async subscribe(packet: ISubscribePacket, answer: (suback: ISubackPacket) => void): Promise<void> {
    const { messageId = 0, subscriptions, properties } = packet;
    // Another broker's bridge, of an older version, is without its own messages whatever it asks for.
    const isForbidden = ({ topic, nl }: ISubscription) => nl === true && parseShared(topic) !== null;
    if (this.#options.level === MQTT_5 && subscriptions.some(isForbidden)) {
      this.#options.end(REASON.PROTOCOL_ERROR, "A shared subscription cannot be without the client's own messages.");
      return;
    }
    const granted = subscriptions.map((asked) => {
      const subscription = subscriptionOf(asked, properties?.subscriptionIdentifier);
      const refusal = this.#refusalOf(subscription);
      if (refusal !== null) return refusal;
      const isNew = this.#subscribe(subscription);
      const handling = asked.rh ?? 0;
      const isShared = parseShared(asked.topic) !== null;
      if (!isShared && handling !== NEVER && (isNew || handling !== ONLY_IF_NEW))
        this.#wanted.set(subscription.filter, subscription);
      return asked.qos;
    });
    answer({ cmd: "suback", messageId, granted });
    await this.#sendRetained();
  }

  unsubscribe({ messageId = 0, unsubscriptions }: IUnsubscribePacket): IUnsubackPacket {
    const { state, commands, session } = this.#options;
    const granted = unsubscriptions.map((filter) => {
      commands.unsubscribed(session, filter);
      this.#refused.delete(filter);
      this.#wanted.delete(filter);
      return state.unsubscribe(filter) ? REASON.SUCCESS : REASON.NO_SUBSCRIPTION_EXISTED;
    });
    return { cmd: "unsuback", messageId, granted };
  }

  grant(filter: string): void {
    for (const subscription of [...this.#refused.values()]) {
      if (innerFilter(subscription.filter) !== filter) continue;
      this.#refused.delete(subscription.filter);
      this.#subscribe(subscription);
      this.#wanted.set(subscription.filter, subscription);
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
    const isUnsound = filter.startsWith("$share/") && parseShared(filter) === null;
    const outcome = isUnsound ? access.badShare(session, filter) : access.authorizeSubscribe(session, this, filter);
    if (outcome === "granted") return null;
    if (outcome === "forbidden" && this.#refused.size < MAX_REFUSED) this.#refused.set(filter, subscription);
    return level === MQTT_5 ? REFUSALS[outcome] : FAILURE;
  }

  #subscribe(subscription: Subscription): boolean {
    const { state, commands, session } = this.#options;
    const isNew = state.subscribe(subscription);
    commands.subscribed(session, subscription.filter, subscription);
    return isNew;
  }

  /** Goes on until nothing is wanted any more; where it is at work, it comes to what is wanted since. */
  async #sendRetained(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (const [filter, subscription] of this.#wanted) {
        this.#wanted.delete(filter);
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
        await setTimeout(RETRY_MS);
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
