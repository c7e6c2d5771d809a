// Delivers commands over MQTT. A command goes to the newest session that is subscribed to exactly its device's command topic. It
// is written to the session's socket, bypassing the message bus, which queues messages and does not report acknowledgements. A
// control added by hand publishes the same way, to every subscriber of its topic and to one member of each shared group.
import type { Duplex } from "node:stream";
import type { Publication } from "../../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../../shared/controls/command.ts";
import { filterMatches, isCatchAll } from "../../../shared/mqtt/topics.ts";
import { isAuthenticated, type Principal } from "../../access/principal.ts";
import type { Clock } from "../../clock.ts";
import { type CommandChannel, CommandRefused } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { CommandSubscriber } from "../../protocols/protocol.ts";
import { matchCommandFilter } from "../../protocols/protocols.ts";
import { encode, type Level, MQTT_5, type PublishProperties } from "./messages/packets.ts";
import { parseShared, type Subscription } from "./messages/subscription.ts";
import { FIRST_FAILURE } from "./session/reason-codes.ts";

/** Packet ids from here on are for commands, lower ones for messages. */
export const FIRST_COMMAND_PACKET_ID = 0xf000;
const PACKET_IDS = { first: FIRST_COMMAND_PACKET_ID, last: 0xffff };

export interface CommandSession {
  readonly socket: Duplex;
  /** Messages to the client. */
  readonly sent: { messages: number };
  readonly level: Level;
  /** Messages of QoS 1 and 2 that the client allows beside those in flight; commands in flight are not subtracted. */
  readonly sendQuota: number;
  /** The client's Maximum Packet Size. */
  readonly maxPacketBytes: number;
  readonly principal: Principal;
  /** Needed beside the granted filter, which may match topics that the client may not receive. */
  mayReceive(topic: string): boolean;
}

/** The options of a subscription that matter to commands. */
type SubscriptionOptions = Pick<Subscription, "qos" | "id">;

/** The subscriptions and deliveries of a session. */
interface Link {
  /** Subscriptions that are not shared, by filter. */
  readonly filters: Map<string, SubscriptionOptions>;
  /** Shared subscriptions, by filter with the `$share` prefix. */
  readonly shared: Map<string, { readonly filter: string; readonly options: SubscriptionOptions }>;
  /** By topic: detaches the session from the device. */
  readonly detach: Map<string, () => void>;
  /** Deliveries without a PUBACK, by packet id; null for one that was cancelled. */
  readonly inFlight: Map<number, Delivery | null>;
  /** Deliveries that wait for send quota. */
  readonly queued: Set<Delivery>;
  lastPacketId: number;
}

/** A subscriber of a control's topic. */
interface Recipient {
  readonly session: CommandSession;
  readonly link: Link;
  readonly qos: number;
  /** A catch-all subscription such as `#`: its client gets the message, and its acknowledgement does not count. */
  readonly isObserver: boolean;
}

/** The delivery of a QoS 1 message to one client. */
interface Delivery {
  readonly start: () => void;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class MqttCommands {
  readonly #commands: Pick<Commands, "attach" | "onSubscribed">;
  readonly #clock: Clock;
  readonly #links = new Map<CommandSession, Link>();
  /** Round-robin counter for shared groups. */
  #turn = 0;

  constructor(commands: Pick<Commands, "attach" | "onSubscribed">, clock: Clock) {
    this.#commands = commands;
    this.#clock = clock;
  }

  subscribed(session: CommandSession, filter: string, options: SubscriptionOptions): void {
    const link = this.#linkOf(session);
    const shared = parseShared(filter);
    if (shared !== null) {
      link.shared.set(filter, { filter: shared.filter, options });
      // A device's command topic cannot be shared: the command is for the device.
      if (matchCommandFilter(shared.filter) === undefined) this.#commands.onSubscribed(shared.filter);
      return;
    }
    link.filters.set(filter, options);
    const subscriber = matchCommandFilter(filter);
    if (subscriber === undefined) {
      this.#commands.onSubscribed(filter);
      return;
    }
    link.detach.get(filter)?.();
    link.detach.set(
      filter,
      this.#commands.attach(subscriber.device, this.#channel(session, link, subscriber, options.qos)),
    );
  }

  unsubscribed(session: CommandSession, filter: string): void {
    const link = this.#links.get(session);
    link?.filters.delete(filter);
    link?.shared.delete(filter);
    link?.detach.get(filter)?.();
    link?.detach.delete(filter);
  }

  /** The channel to the subscribers of the topic; undefined while there are none but catch-all subscribers. */
  channelTo({ topic, payload }: Publication): CommandChannel | undefined {
    // A socket may have ended before its session did.
    const links = [...this.#links].filter(([{ socket }]) => socket.writable);
    const permitted = links.filter(([session]) => session.mayReceive(topic));
    const direct = permitted.flatMap(([session, link]) => {
      const filters = [...link.filters].filter(([filter]) => filterMatches(filter, topic));
      if (filters.length === 0) return [];
      const qos = Math.max(...filters.map(([, options]) => options.qos));
      return [{ session, link, qos, isObserver: filters.every(([filter]) => isCatchAll(filter)) }];
    });
    const all = [...direct, ...this.#recipientOfEachGroup(permitted, topic)];
    const addressed = all.filter(({ isObserver }) => !isObserver);
    if (addressed.length === 0) return undefined;
    const anyAcknowledges = addressed.some(({ qos }) => qos > 0);
    return {
      deliver: async (message, signal) => {
        const properties = () => ({ messageExpiryInterval: this.#secondsLeft(message) });
        const sent = all.map(({ session, link, qos, isObserver }) => {
          const outcome = this.#send(session, link, { topic, payload, qos, properties }, signal);
          // Handled: the outcomes that count are awaited below.
          outcome.catch(() => undefined);
          return { outcome, counts: !isObserver && (qos > 0 || !anyAcknowledges) };
        });
        const outcomes = sent.filter(({ counts }) => counts).map(({ outcome }) => outcome);
        return Promise.any(outcomes).catch((failure: unknown) => Promise.reject(refusalAmong(failure)));
      },
    };
  }

  #recipientOfEachGroup(links: readonly (readonly [CommandSession, Link])[], topic: string): Recipient[] {
    const groups = new Map<string, Recipient[]>();
    for (const [session, link] of links)
      for (const [asWritten, { filter, options }] of link.shared) {
        if (!filterMatches(filter, topic)) continue;
        // Authenticated clients form groups of their own, as in SharedGroups.
        const key = `${isAuthenticated(session.principal)}/${asWritten}`;
        const recipient = { session, link, qos: options.qos, isObserver: isCatchAll(filter) };
        groups.set(key, [...(groups.get(key) ?? []), recipient]);
      }
    const turn = this.#turn++;
    return [...groups.values()].flatMap((members) => members.slice(turn % members.length).slice(0, 1));
  }

  /** The client sent a PUBACK, which in MQTT 5 may carry a failure. */
  acknowledged(session: CommandSession, packetId: number, reason: number): void {
    const link = this.#links.get(session);
    const delivery = link?.inFlight.get(packetId);
    link?.inFlight.delete(packetId);
    if (reason < FIRST_FAILURE) delivery?.done();
    else delivery?.failed(new CommandRefused(`refused by the device's client (0x${reason.toString(16)})`));
  }

  /** Commands in flight, and those that wait for quota. */
  countInFlight(session: CommandSession): number {
    const link = this.#links.get(session);
    return link === undefined ? 0 : link.inFlight.size + link.queued.size;
  }

  /** Send quota has been returned: sends queued commands. */
  resume(session: CommandSession): void {
    const link = this.#links.get(session);
    if (link === undefined) return;
    for (const delivery of link.queued) {
      if (!hasSendQuota(session, link)) return;
      delivery.start();
    }
  }

  ended(session: CommandSession): void {
    const link = this.#links.get(session);
    if (link === undefined) return;
    this.#links.delete(session);
    for (const detach of link.detach.values()) detach();
    for (const delivery of [...link.queued, ...link.inFlight.values()])
      delivery?.failed(new Error("the session ended"));
  }

  #linkOf(session: CommandSession): Link {
    let link = this.#links.get(session);
    if (link === undefined) {
      link = {
        filters: new Map(),
        shared: new Map(),
        detach: new Map(),
        inFlight: new Map(),
        queued: new Set(),
        lastPacketId: PACKET_IDS.last,
      };
      this.#links.set(session, link);
    }
    return link;
  }

  /** MQTT 5 commands carry a Response Topic, Correlation Data and a Message Expiry Interval. */
  #channel(session: CommandSession, link: Link, subscriber: CommandSubscriber, qos: number): CommandChannel {
    return {
      deliver: (message, signal) => {
        const properties = () => ({
          messageExpiryInterval: this.#secondsLeft(message),
          responseTopic: subscriber.replyTopic,
          correlationData: Buffer.from(message.id),
        });
        return this.#send(session, link, { ...subscriber.encode(message), qos, properties }, signal);
      },
    };
  }

  #secondsLeft({ at, ttl_ms: ttlMs }: CommandMessage): number {
    return Math.max(1, Math.ceil((at + ttlMs - this.#clock.now()) / 1_000));
  }

  /** Resolves with true once acknowledged, with false where it was sent at QoS 0. */
  async #send(session: CommandSession, link: Link, message: Outgoing, signal: AbortSignal): Promise<boolean> {
    const { socket, level } = session;
    if (!socket.writable) throw new Error("the session has ended");
    // The subscription's maximum QoS applies [MQTT-3.8.4-6]; QoS 0 is not acknowledged.
    if (message.qos === 0) {
      const bytes = packet(message, 0, link, level);
      if (bytes.length > session.maxPacketBytes) throw tooLarge();
      session.sent.messages++;
      socket.write(bytes);
      return false;
    }
    await deliver(session, link, message, signal);
    return true;
  }
}

interface Outgoing extends Publication {
  /** The maximum QoS of the subscription. */
  readonly qos: number;
  /** For MQTT 5, computed when the message is sent. */
  readonly properties: () => PublishProperties;
}

/** Where all deliveries failed: the refusal of a client that received the message, if any. */
function refusalAmong(failure: unknown): unknown {
  const failures: unknown[] = failure instanceof AggregateError ? failure.errors : [];
  return failures.find((each) => each instanceof CommandRefused) ?? failure;
}

function packet({ topic, payload, properties }: Outgoing, packetId: number, link: Link, level: Level): Buffer {
  const qos = packetId === 0 ? 0 : 1;
  const publish = { cmd: "publish", topic, payload, qos, messageId: packetId, dup: false, retain: false } as const;
  if (level !== MQTT_5) return encode(publish, level);
  const ids = [...link.filters].flatMap(([filter, { id }]) =>
    id !== undefined && filterMatches(filter, topic) ? [id] : [],
  );
  return encode({ ...publish, properties: { ...properties(), ...subscriptionIds(ids) } }, level);
}

/** The identifiers of all matching subscriptions [MQTT-3.3.4-3]. */
function subscriptionIds(ids: number[]): Pick<PublishProperties, "subscriptionIdentifier"> {
  const [first] = ids;
  if (first === undefined) return {};
  return { subscriptionIdentifier: ids.length === 1 ? first : ids };
}

function tooLarge(): CommandRefused {
  return new CommandRefused("larger than the device's client takes");
}

function nextPacketId(link: Link): number {
  do {
    link.lastPacketId = link.lastPacketId >= PACKET_IDS.last ? PACKET_IDS.first : link.lastPacketId + 1;
  } while (link.inFlight.has(link.lastPacketId));
  return link.lastPacketId;
}

/** Whether the client allows one more in flight, and a packet id is free. */
function hasSendQuota({ sendQuota }: CommandSession, { inFlight }: Link): boolean {
  return inFlight.size < sendQuota && inFlight.size <= PACKET_IDS.last - PACKET_IDS.first;
}

/** Resolves once acknowledged. Sent in order, as the send quota allows [MQTT-3.3.4-9]. */
function deliver(session: CommandSession, link: Link, message: Outgoing, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let packetId = 0;
    const delivery: Delivery = {
      start: () => {
        link.queued.delete(delivery);
        const nextId = nextPacketId(link);
        const bytes = packet(message, nextId, link, session.level);
        // A packet that is not sent uses no quota [MQTT-3.1.2-25].
        if (bytes.length > session.maxPacketBytes) {
          reject(tooLarge());
          return;
        }
        packetId = nextId;
        link.inFlight.set(packetId, delivery);
        session.sent.messages++;
        session.socket.write(bytes);
      },
      done: resolve,
      failed: (error) => {
        link.queued.delete(delivery);
        // It stays in flight until the client acknowledges it, even if cancelled here.
        if (link.inFlight.get(packetId) === delivery) link.inFlight.set(packetId, null);
        reject(error);
      },
    };
    signal.addEventListener("abort", () => delivery.failed(new Error("the command was taken back")), { once: true });
    if (link.queued.size > 0 || !hasSendQuota(session, link)) link.queued.add(delivery);
    else delivery.start();
  });
}
