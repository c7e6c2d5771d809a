// Delivers commands over MQTT. A command goes to the newest session that is subscribed to exactly its device's command topic: it is
// written to that session's socket, past the broker, which would queue it and cannot say which client acknowledged it. A control
// that was added by hand publishes the same way, to every session that is subscribed to its topic, and to one of each shared group.
import type { Duplex } from "node:stream";
import type { Publication } from "../../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../../shared/controls/command.ts";
import { filterMatches, isCatchAll } from "../../../shared/mqtt/topics.ts";
import { isProven, type Principal } from "../../access/principal.ts";
import type { Clock } from "../../clock.ts";
import { type CommandChannel, CommandRefused } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { CommandSubscriber } from "../../protocols/protocol.ts";
import { matchCommandFilter } from "../../protocols/protocols.ts";
import { encode, type Level, MQTT_5, type PublishProperties } from "./messages/packets.ts";
import { parseShared, type Subscription } from "./messages/subscription.ts";
import { FIRST_FAILURE } from "./session/reason-codes.ts";

/** Packet ids of commands; those of other messages are below. */
export const FIRST_COMMAND_PACKET_ID = 0xf000;
const PACKET_IDS = { first: FIRST_COMMAND_PACKET_ID, last: 0xffff };

export interface CommandSession {
  readonly socket: Duplex;
  readonly level: Level;
  /** How many messages of QoS 1 its client takes beside those that it has open; commands are not among them. */
  readonly room: number;
  /** Largest packet that its client takes. */
  readonly maxPacketBytes: number;
  readonly principal: Principal;
  /** A granted filter is not enough: it may match what was not meant for it. */
  mayReceive(topic: string): boolean;
}

/** What a client subscribed to with a filter. */
type Asked = Pick<Subscription, "qos" | "id">;

/** The command subscriptions and open deliveries of a session. */
interface Link {
  /** By filter, those that are not shared. */
  readonly filters: Map<string, Asked>;
  /** By filter as the client wrote it. */
  readonly shared: Map<string, { readonly filter: string; readonly asked: Asked }>;
  /** By topic: detaches the session from the device. */
  readonly detach: Map<string, () => void>;
  /** By packet id: deliveries without a PUBACK; null for one that was withdrawn. */
  readonly open: Map<number, Delivery | null>;
  /** What its client has no room for yet. */
  readonly queued: Set<Delivery>;
  lastPacketId: number;
}

/** One who is sent what a control publishes. */
interface Recipient {
  readonly session: CommandSession;
  readonly link: Link;
  readonly qos: number;
  /** It listens to everything, and is not meant. */
  readonly isObserver: boolean;
}

/** A message on its way to one client, which acknowledges it. */
interface Delivery {
  readonly start: () => void;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class MqttCommands {
  readonly #commands: Pick<Commands, "attach" | "listened">;
  readonly #clock: Clock;
  readonly #links = new Map<CommandSession, Link>();
  /** Of the members of a group. */
  #turn = 0;

  constructor(commands: Pick<Commands, "attach" | "listened">, clock: Clock) {
    this.#commands = commands;
    this.#clock = clock;
  }

  subscribed(session: CommandSession, filter: string, asked: Asked): void {
    const link = this.#linkOf(session);
    const shared = parseShared(filter);
    if (shared !== null) {
      link.shared.set(filter, { filter: shared.filter, asked });
      // A device's commands are for the device, not for one of a group.
      if (matchCommandFilter(shared.filter) === undefined) this.#commands.listened(shared.filter);
      return;
    }
    link.filters.set(filter, asked);
    const subscriber = matchCommandFilter(filter);
    if (subscriber === undefined) {
      this.#commands.listened(filter);
      return;
    }
    link.detach.get(filter)?.();
    link.detach.set(
      filter,
      this.#commands.attach(subscriber.device, this.#channel(session, link, subscriber, asked.qos)),
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
    // One that has ended may not have said so yet.
    const links = [...this.#links].filter(([{ socket }]) => socket.writable);
    const able = links.filter(([session]) => session.mayReceive(topic));
    const everyone = able.flatMap(([session, link]) => {
      const filters = [...link.filters].filter(([filter]) => filterMatches(filter, topic));
      if (filters.length === 0) return [];
      const qos = Math.max(...filters.map(([, asked]) => asked.qos));
      return [{ session, link, qos, isObserver: filters.every(([filter]) => isCatchAll(filter)) }];
    });
    const all = [...everyone, ...this.#oneOfEachGroup(able, topic)];
    const meant = all.filter(({ isObserver }) => !isObserver);
    if (meant.length === 0) return undefined;
    const someAcknowledge = meant.some(({ qos }) => qos > 0);
    return {
      deliver: async (message, signal) => {
        const properties = () => ({ messageExpiryInterval: this.#secondsLeft(message) });
        const sent = all.map(({ session, link, qos, isObserver }) => {
          const outcome = this.#send(session, link, { topic, payload, qos, properties }, signal);
          // Every one that counts is looked at below.
          outcome.catch(() => undefined);
          return { outcome, counts: !isObserver && (qos > 0 || !someAcknowledge) };
        });
        const outcomes = sent.filter(({ counts }) => counts).map(({ outcome }) => outcome);
        return Promise.any(outcomes).catch((failure: unknown) => Promise.reject(refusalAmong(failure)));
      },
    };
  }

  #oneOfEachGroup(links: readonly (readonly [CommandSession, Link])[], topic: string): Recipient[] {
    const groups = new Map<string, Recipient[]>();
    for (const [session, link] of links)
      for (const [asWritten, { filter, asked }] of link.shared) {
        if (!filterMatches(filter, topic)) continue;
        // As for other messages, those who have shown who they are share among themselves.
        const key = `${isProven(session.principal)}/${asWritten}`;
        const recipient = { session, link, qos: asked.qos, isObserver: isCatchAll(filter) };
        groups.set(key, [...(groups.get(key) ?? []), recipient]);
      }
    const turn = this.#turn++;
    return [...groups.values()].flatMap((members) => members.slice(turn % members.length).slice(0, 1));
  }

  /** The client sent a PUBACK, which since MQTT 5 may say that it did not take the command. */
  acknowledged(session: CommandSession, packetId: number, reason: number): void {
    const link = this.#links.get(session);
    const delivery = link?.open.get(packetId);
    link?.open.delete(packetId);
    if (reason < FIRST_FAILURE) delivery?.done();
    else delivery?.failed(new CommandRefused(`refused by the device's client (0x${reason.toString(16)})`));
  }

  /** Commands that it was sent and has not acknowledged, and those that are the next to be sent. */
  countOpen(session: CommandSession): number {
    const link = this.#links.get(session);
    return link === undefined ? 0 : link.open.size + link.queued.size;
  }

  /** The client has acknowledged something: commands that waited for it are sent. */
  resume(session: CommandSession): void {
    const link = this.#links.get(session);
    if (link === undefined) return;
    for (const delivery of link.queued) {
      if (!hasRoom(session, link)) return;
      delivery.start();
    }
  }

  ended(session: CommandSession): void {
    const link = this.#links.get(session);
    if (link === undefined) return;
    this.#links.delete(session);
    for (const detach of link.detach.values()) detach();
    for (const delivery of [...link.queued, ...link.open.values()]) delivery?.failed(new Error("the session ended"));
  }

  #linkOf(session: CommandSession): Link {
    let link = this.#links.get(session);
    if (link === undefined) {
      link = {
        filters: new Map(),
        shared: new Map(),
        detach: new Map(),
        open: new Map(),
        queued: new Set(),
        lastPacketId: PACKET_IDS.last,
      };
      this.#links.set(session, link);
    }
    return link;
  }

  /** Since MQTT 5 a command says where its reply goes, which one it is, and when nobody needs to do it any more. */
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

  #secondsLeft({ at, ttl_ms: lifeMs }: CommandMessage): number {
    return Math.max(1, Math.ceil((at + lifeMs - this.#clock.now()) / 1_000));
  }

  /** Resolves with true once it is acknowledged, with false where it was sent and never will be. */
  async #send(session: CommandSession, link: Link, message: Outgoing, signal: AbortSignal): Promise<boolean> {
    const { socket, level } = session;
    if (!socket.writable) throw new Error("the session has ended");
    // A subscription at QoS 0 is sent nothing higher [MQTT-3.8.4-6], and acknowledges nothing.
    if (message.qos === 0) {
      const bytes = packet(message, 0, link, level);
      if (bytes.length > session.maxPacketBytes) throw tooLarge();
      socket.write(bytes);
      return false;
    }
    await deliver(session, link, message, signal);
    return true;
  }
}

interface Outgoing extends Publication {
  /** Of the subscription. */
  readonly qos: number;
  /** For clients of MQTT 5, at the time of sending. */
  readonly properties: () => PublishProperties;
}

/** Of several that did not take a message, the word of one that had it. */
function refusalAmong(failure: unknown): unknown {
  const failures: unknown[] = failure instanceof AggregateError ? failure.errors : [];
  return failures.find((one) => one instanceof CommandRefused) ?? failure;
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

/** Every one of those that match [MQTT-3.3.4-3]. */
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
  } while (link.open.has(link.lastPacketId));
  return link.lastPacketId;
}

/** Whether its client takes one more, and there is an id for it. */
function hasRoom({ room }: CommandSession, { open }: Link): boolean {
  return open.size < room && open.size <= PACKET_IDS.last - PACKET_IDS.first;
}

/** Resolves once it is acknowledged. It is sent when those before it are and the client has room [MQTT-3.3.4-9]. */
function deliver(session: CommandSession, link: Link, message: Outgoing, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let packetId = 0;
    const delivery: Delivery = {
      start: () => {
        link.queued.delete(delivery);
        const nextId = nextPacketId(link);
        const bytes = packet(message, nextId, link, session.level);
        // It takes no place among what its client has open [MQTT-3.1.2-25].
        if (bytes.length > session.maxPacketBytes) {
          reject(tooLarge());
          return;
        }
        packetId = nextId;
        link.open.set(packetId, delivery);
        session.socket.write(bytes);
      },
      done: resolve,
      failed: (error) => {
        link.queued.delete(delivery);
        // Its client has it open until it acknowledges it, whoever waits for that.
        if (link.open.get(packetId) === delivery) link.open.set(packetId, null);
        reject(error);
      },
    };
    signal.addEventListener("abort", () => delivery.failed(new Error("the command was taken back")), { once: true });
    if (link.queued.size > 0 || !hasRoom(session, link)) link.queued.add(delivery);
    else delivery.start();
  });
}
