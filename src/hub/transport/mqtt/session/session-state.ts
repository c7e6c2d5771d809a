// Session State (MQTT 5, section 4.1), which may outlive a connection: subscriptions, the backlog of messages, QoS 2 messages
// that the client has not released, and a delayed will.
// Invariants: a session belongs to one principal; its memory is counted in its own share of the budget.
import type { Share } from "../../../access/limits/share.ts";
import type { Principal } from "../../../access/principal.ts";
import type { BusSubscription, MessageBus, Receiver } from "../messages/message-bus.ts";
import { OutgoingMessages } from "../messages/outgoing.ts";
import type { Message, PublisherId, Qos } from "../messages/packets.ts";
import type { GroupMember, SharedGroups } from "../messages/shared-groups.ts";
import { parseShared, type Subscription } from "../messages/subscription.ts";
import type { FilterLoad } from "../subscriptions.ts";

/** Memory of a subscription without its filter, here and in the emitter. */
const SUBSCRIPTION_BYTES = 320;
/** Of each level of a filter: the emitter has a map for it, which filters that begin alike share. */
const FILTER_LEVEL_BYTES = 160;
/** From the first wildcard on, where a search may have to follow all filters: each level takes it up to a microsecond. */
const SEARCHED_LEVEL_BYTES = 1_024;
const RECEIVED_ID_BYTES = 48;

/** The connection of the session's client. */
export interface SessionConnection {
  /** Another client connected with the same client id. */
  onTakenOver(): void;
  /** The budget ended the session; `reasonString` completes “its connection was cut: …”. */
  onSessionCut(reasonString: string): void;
  /** The client's rights have changed. `isRevoked`: none are left, and its will is not published. */
  revoked(isRevoked: boolean): void;
}

export interface SessionStateOptions {
  readonly clientId: string;
  readonly principal: Principal;
  readonly address: string;
  readonly share: Share;
  readonly bus: MessageBus;
  readonly groups: SharedGroups;
  readonly mayReceive: (principal: Principal, topic: string) => boolean;
  readonly now: () => number;
}

/** A will whose delay has not passed. */
export interface DelayedWill {
  secondsLeft: number;
  /** Bytes that it takes in memory. */
  readonly bytes: number;
  readonly publish: () => void;
}

interface ActiveSubscription {
  readonly subscription: Subscription;
  readonly busSubscription: BusSubscription;
}

export class SessionState implements Receiver, GroupMember {
  readonly clientId: string;
  /** The client's last address. */
  address: string;
  /** The owner; its rights may change, its identity does not. */
  principal: Principal;
  readonly outgoing: OutgoingMessages;
  /** By id: checksums of QoS 2 messages that were taken and not released yet. */
  readonly #receivedChecksums = new Map<number, number>();
  /** By id: QoS 2 messages without a verdict yet, which may come after their connection has ended. */
  readonly #unsettled = new Map<number, Promise<void>>();
  readonly #options: SessionStateOptions;
  readonly #subscriptions = new Map<string, ActiveSubscription>();
  #filterCharacters = 0;
  #filterBytes = 0;
  #backlogBytes = 0;
  connection: SessionConnection | null = null;
  /** Session Expiry Interval; 0 where it ends with the connection. */
  expirySeconds = 0;
  /** Until it expires; counts down while the client is disconnected. */
  secondsLeft = 0;
  #will: DelayedWill | null = null;
  #hasEnded = false;
  /** Called at its end: removes it from the list of open connections. */
  endTracking: () => void = () => undefined;

  constructor(options: SessionStateOptions) {
    this.#options = options;
    this.clientId = options.clientId;
    this.principal = options.principal;
    this.address = options.address;
    this.outgoing = new OutgoingMessages((bytes) => {
      this.#backlogBytes = bytes;
      this.#updateShare();
    }, options.now);
  }

  get isConnected(): boolean {
    return this.connection !== null;
  }

  get hasRoom(): boolean {
    return this.outgoing.hasRoom;
  }

  get will(): DelayedWill | null {
    return this.#will;
  }

  set will(will: DelayedWill | null) {
    this.#will = will;
    this.#updateShare();
  }

  /** QoS 2 messages that were not released, or have no verdict. */
  get receivedCount(): number {
    return this.#receivedChecksums.size + this.#unsettled.size;
  }

  /** A QoS 2 message has arrived; `settled` resolves with its verdict. */
  beginReceiving(packetId: number, settled: Promise<void>): void {
    this.#unsettled.set(packetId, settled);
  }

  /** Resolves once the QoS 2 message with that id has its verdict; undefined where none waits for one. */
  unsettled(packetId: number): Promise<void> | undefined {
    return this.#unsettled.get(packetId);
  }

  /** A QoS 2 message has its verdict. */
  settled(packetId: number): void {
    this.#unsettled.delete(packetId);
  }

  /** Whether that very message was taken: a client that has lost its session uses the ids of others again. */
  hasReceived(packetId: number, checksum: number): boolean {
    return this.#receivedChecksums.get(packetId) === checksum;
  }

  /** A QoS 2 message was taken: sent again before its release, it is the same one. */
  received(packetId: number, checksum: number): void {
    this.#receivedChecksums.set(packetId, checksum);
    this.#updateShare();
  }

  /** PUBREL. */
  release(packetId: number): void {
    this.#receivedChecksums.delete(packetId);
    this.#updateShare();
  }

  get filters(): Iterable<string> {
    return this.#subscriptions.keys();
  }

  has(filter: string): boolean {
    return this.#subscriptions.has(filter);
  }

  get load(): FilterLoad {
    return { filters: this.#subscriptions.size, characters: this.#filterCharacters };
  }

  get subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()].map(({ subscription }) => subscription);
  }

  /** True where the subscription is new, false where it replaces one with the same filter. */
  subscribe(subscription: Subscription): boolean {
    // The budget may have ended it for the filter before this one.
    if (this.#hasEnded) return false;
    const { bus, groups } = this.#options;
    const { filter } = subscription;
    const existing = this.#subscriptions.get(filter);
    if (existing !== undefined) {
      existing.busSubscription.replace(subscription);
      this.#subscriptions.set(filter, { ...existing, subscription });
      return false;
    }
    const shared = parseShared(filter);
    const busSubscription =
      shared === null ? bus.subscribe(filter, this, subscription) : groups.join(shared, this, subscription);
    this.#subscriptions.set(filter, { subscription, busSubscription });
    this.#countFilter(filter, 1);
    return true;
  }

  /** False where there was no such subscription. */
  unsubscribe(filter: string): boolean {
    const active = this.#subscriptions.get(filter);
    if (active === undefined) return false;
    this.#subscriptions.delete(filter);
    active.busSubscription.end();
    this.#countFilter(filter, -1);
    return true;
  }

  receive(message: Message, publisher: PublisherId, matching: readonly Subscription[]): void {
    const isOwn = publisher === this.clientId;
    const effective = isOwn ? matching.filter(({ noLocal }) => !noLocal) : matching;
    this.offer(message, effective, message.retain && effective.some(({ retainAsPublished }) => retainAsPublished));
  }

  receiveShared(message: Message, subscription: Subscription, redeliver: (message: Message) => void): void {
    this.offer(message, [subscription], message.retain && subscription.retainAsPublished, redeliver);
  }

  /** Queues or sends a message to the client, with this RETAIN flag. */
  offer(
    message: Message,
    subscriptions: readonly Subscription[],
    retain: boolean,
    redeliver?: (message: Message) => void,
  ): void {
    if (subscriptions.length === 0 || !this.mayReceive(message.topic)) return;
    let qos: Qos = 0;
    const subscriptionIds: number[] = [];
    for (const subscription of subscriptions) {
      if (subscription.qos > qos) qos = subscription.qos;
      if (subscription.id !== undefined) subscriptionIds.push(subscription.id);
    }
    if (message.qos < qos) qos = message.qos;
    this.outgoing.offer({ message, qos, retain, subscriptionIds, redeliver });
  }

  mayReceive(topic: string): boolean {
    return this.#options.mayReceive(this.principal, topic);
  }

  /** Discards the state; a delayed will is published now. */
  end(): void {
    this.#hasEnded = true;
    for (const filter of [...this.#subscriptions.keys()]) this.unsubscribe(filter);
    for (const { message, redeliver } of this.outgoing.clear()) redeliver?.(message);
    this.#receivedChecksums.clear();
    this.#will?.publish();
    this.#will = null;
    this.endTracking();
    this.#options.share.close();
  }

  #countFilter(filter: string, sign: 1 | -1): void {
    this.#filterCharacters += sign * filter.length;
    this.#filterBytes += sign * filterBytes(filter);
    this.#updateShare();
  }

  #updateShare(): void {
    const receivedBytes = RECEIVED_ID_BYTES * this.#receivedChecksums.size;
    const willBytes = this.#will?.bytes ?? 0;
    this.#options.share.hold("session", this.#backlogBytes + this.#filterBytes + receivedBytes + willBytes);
  }
}

function filterBytes(filter: string): number {
  const levels = filter.split("/");
  const wildcardAt = levels.findIndex((level) => level === "+" || level === "#");
  const searched = wildcardAt < 0 ? 0 : levels.length - wildcardAt;
  return SUBSCRIPTION_BYTES + 2 * filter.length + FILTER_LEVEL_BYTES * levels.length + SEARCHED_LEVEL_BYTES * searched;
}
