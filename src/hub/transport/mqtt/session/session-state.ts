// What the hub remembers of a client beyond its connection (MQTT 5, section 4.1): its subscriptions, what it is owed, the QoS 2
// messages that it began, and a will that is delayed. It ends with the connection where the client wants no more than that.
// Invariants: it has one principal from its beginning to its end; what it holds is counted in a share of its own.
import type { Share } from "../../../access/limits/share.ts";
import type { Principal } from "../../../access/principal.ts";
import type { BusSubscription, MessageBus, Receiver } from "../messages/message-bus.ts";
import { OutgoingMessages } from "../messages/outgoing.ts";
import type { Message, PublisherId, Qos } from "../messages/packets.ts";
import type { GroupMember, SharedGroups } from "../messages/shared-groups.ts";
import { parseShared, type Subscription } from "../messages/subscription.ts";
import type { FilterLoad } from "../subscriptions.ts";

/** What a subscription takes beside its filter, here and in the emitter. */
const SUBSCRIPTION_BYTES = 320;
const RECEIVED_ID_BYTES = 48;

/** The connection of the session's client. */
export interface SessionConnection {
  /** Another client connected with its id. */
  takenOver(): void;
  /** The session ends; `reasonString` completes “its connection was cut: …”. */
  sessionCut(reasonString: string): void;
  /** What its client showed is worth nothing any more. */
  revoked(): void;
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
  /** What it takes in memory. */
  readonly bytes: number;
  readonly publish: () => void;
}

interface Subscribed {
  readonly subscription: Subscription;
  readonly listening: BusSubscription;
}

export class SessionState implements Receiver, GroupMember {
  readonly clientId: string;
  /** Where its client was last. */
  address: string;
  /** Of the client that has it; its rights may change, who it is does not. */
  principal: Principal;
  readonly outgoing: OutgoingMessages;
  /** Ids of QoS 2 messages that were taken and not released yet. */
  readonly #receivedIds = new Set<number>();
  /** By id: QoS 2 messages without a verdict yet, which may come after their connection has ended. */
  readonly #receiving = new Map<number, Promise<void>>();
  readonly #options: SessionStateOptions;
  readonly #subscribed = new Map<string, Subscribed>();
  #filterCharacters = 0;
  #owedBytes = 0;
  connection: SessionConnection | null = null;
  /** How long it outlives its connection; 0 where it does not. */
  expirySeconds = 0;
  /** Until it expires; counts while its client is away. */
  secondsLeft = 0;
  #will: DelayedWill | null = null;
  /** Called at its end: nobody need end it any more. */
  endTracking: () => void = () => undefined;

  constructor(options: SessionStateOptions) {
    this.#options = options;
    this.clientId = options.clientId;
    this.principal = options.principal;
    this.address = options.address;
    this.outgoing = new OutgoingMessages((bytes) => {
      this.#owedBytes = bytes;
      this.#hold();
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
    this.#hold();
  }

  /** How many QoS 2 messages were taken and not released yet, or have no verdict yet. */
  get receivedCount(): number {
    return this.#receivedIds.size + this.#receiving.size;
  }

  /** A QoS 2 message has arrived; `settled` resolves with its verdict. */
  receiving(packetId: number, settled: Promise<void>): void {
    this.#receiving.set(packetId, settled);
  }

  /** Resolves once the QoS 2 message with that id has its verdict; undefined where there is none without. */
  unsettled(packetId: number): Promise<void> | undefined {
    return this.#receiving.get(packetId);
  }

  /** A QoS 2 message has its verdict. */
  settled(packetId: number): void {
    this.#receiving.delete(packetId);
  }

  hasReceived(packetId: number): boolean {
    return this.#receivedIds.has(packetId);
  }

  /** A QoS 2 message was taken: sent again before its release, it is the same one. */
  received(packetId: number): void {
    this.#receivedIds.add(packetId);
    this.#hold();
  }

  /** PUBREL; false where no such message was taken. */
  release(packetId: number): boolean {
    const isKnown = this.#receivedIds.delete(packetId);
    this.#hold();
    return isKnown;
  }

  get filters(): Iterable<string> {
    return this.#subscribed.keys();
  }

  has(filter: string): boolean {
    return this.#subscribed.has(filter);
  }

  get load(): FilterLoad {
    return { filters: this.#subscribed.size, characters: this.#filterCharacters };
  }

  get subscriptions(): Subscription[] {
    return [...this.#subscribed.values()].map(({ subscription }) => subscription);
  }

  /** True where it had none with this filter. */
  subscribe(subscription: Subscription): boolean {
    const { bus, groups } = this.#options;
    const { filter } = subscription;
    const before = this.#subscribed.get(filter);
    if (before !== undefined) {
      before.listening.replace(subscription);
      this.#subscribed.set(filter, { ...before, subscription });
      return false;
    }
    const shared = parseShared(filter);
    const listening =
      shared === null ? bus.subscribe(filter, this, subscription) : groups.join(shared, this, subscription);
    this.#subscribed.set(filter, { subscription, listening });
    this.#countCharacters(filter.length);
    return true;
  }

  /** False where there was no such subscription. */
  unsubscribe(filter: string): boolean {
    const subscribed = this.#subscribed.get(filter);
    if (subscribed === undefined) return false;
    this.#subscribed.delete(filter);
    subscribed.listening.end();
    this.#countCharacters(-filter.length);
    return true;
  }

  receive(message: Message, publisher: PublisherId, matching: readonly Subscription[]): void {
    const isOwn = publisher === this.clientId;
    const meant = isOwn ? matching.filter(({ noLocal }) => !noLocal) : matching;
    this.offer(message, meant, message.retain && meant.some(({ retainAsPublished }) => retainAsPublished));
  }

  receiveShared(message: Message, subscription: Subscription, handBack: (message: Message) => void): void {
    this.offer(message, [subscription], message.retain && subscription.retainAsPublished, handBack);
  }

  /** A message for the client; `retain` is the flag that it is to see. */
  offer(
    message: Message,
    subscriptions: readonly Subscription[],
    retain: boolean,
    handBack?: (message: Message) => void,
  ): void {
    if (subscriptions.length === 0 || !this.mayReceive(message.topic)) return;
    let qos: Qos = 0;
    const subscriptionIds: number[] = [];
    for (const subscription of subscriptions) {
      if (subscription.qos > qos) qos = subscription.qos;
      if (subscription.id !== undefined) subscriptionIds.push(subscription.id);
    }
    if (message.qos < qos) qos = message.qos;
    this.outgoing.offer({ message, qos, retain, subscriptionIds, handBack });
  }

  mayReceive(topic: string): boolean {
    return this.#options.mayReceive(this.principal, topic);
  }

  /** Forgets everything; a will that is delayed is published now. */
  end(): void {
    for (const filter of [...this.#subscribed.keys()]) this.unsubscribe(filter);
    for (const { message, handBack } of this.outgoing.clear()) handBack?.(message);
    this.#receivedIds.clear();
    this.#will?.publish();
    this.#will = null;
    this.endTracking();
    this.#options.share.close();
  }

  #countCharacters(more: number): void {
    this.#filterCharacters += more;
    this.#hold();
  }

  #hold(): void {
    const subscriptionBytes = SUBSCRIPTION_BYTES * this.#subscribed.size + 2 * this.#filterCharacters;
    const receivedBytes = RECEIVED_ID_BYTES * this.#receivedIds.size;
    const willBytes = this.#will?.bytes ?? 0;
    this.#options.share.hold("session", this.#owedBytes + subscriptionBytes + receivedBytes + willBytes);
  }
}
