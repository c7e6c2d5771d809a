// Commands to devices over MQTT. A command goes to the session that asked for exactly its device's commands, the newest of
// them, and to no other: it is written to that session's socket, past the broker, which would queue it and cannot say
// who acknowledged it. What a control added by hand publishes goes the same way to everybody who listens on its topic.
import type { Duplex } from "node:stream";
import type { Publication } from "../../../shared/added-control.ts";
import { filterMatches, isCatchAll } from "../../../shared/topics.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { CommandSubscriber } from "../../protocols/protocol.ts";
import { matchCommandFilter } from "../../protocols/protocols.ts";
import { encode, type Level } from "./session/packets.ts";

/** Packet ids of commands; those of other messages are below. */
export const FIRST_COMMAND_PACKET_ID = 0xf000;
const PACKET_IDS = { first: FIRST_COMMAND_PACKET_ID, last: 0xffff };

export interface CommandSession {
  readonly socket: Duplex;
  readonly level: Level;
}

/** What a session has to do with commands. */
interface Link {
  /** By filter: the QoS of what it subscribed to. */
  readonly filters: Map<string, number>;
  /** By topic: ends what it has to do with a device. */
  readonly detach: Map<string, () => void>;
  /** By packet id: commands that wait for their acknowledgement. */
  readonly waiting: Map<number, { readonly acknowledged: () => void; readonly failed: (error: Error) => void }>;
  lastPacketId: number;
}

export class MqttCommands {
  readonly #commands: Pick<Commands, "attach" | "listened">;
  readonly #links = new Map<CommandSession, Link>();

  constructor(commands: Pick<Commands, "attach" | "listened">) {
    this.#commands = commands;
  }

  subscribed(session: CommandSession, filter: string, qos: number): void {
    const link = this.#linkOf(session);
    link.filters.set(filter, qos);
    const subscriber = matchCommandFilter(filter);
    if (subscriber === undefined) {
      this.#commands.listened(filter);
      return;
    }
    link.detach.get(filter)?.();
    link.detach.set(filter, this.#commands.attach(subscriber.device, this.#channel(session, link, subscriber, qos)));
  }

  unsubscribed(session: CommandSession, filter: string): void {
    const link = this.#links.get(session);
    link?.filters.delete(filter);
    link?.detach.get(filter)?.();
    link?.detach.delete(filter);
  }

  /** The channel to the subscribers of the topic; undefined while there are none but catch-all subscribers. */
  channelTo({ topic, payload }: Publication): CommandChannel | undefined {
    const all = [...this.#links].flatMap(([session, link]) => {
      const filters = [...link.filters].filter(([filter]) => filterMatches(filter, topic));
      // One that has ended may not have said so yet.
      if (filters.length === 0 || !session.socket.writable) return [];
      const qos = Math.max(...filters.map(([, of]) => of));
      return [{ session, link, qos, isObserver: filters.every(([filter]) => isCatchAll(filter)) }];
    });
    const meant = all.filter(({ isObserver }) => !isObserver);
    if (meant.length === 0) return undefined;
    const someAcknowledge = meant.some(({ qos }) => qos > 0);
    return {
      deliver: async (_message, signal) => {
        const sent = all.map(({ session, link, qos, isObserver }) => {
          const outcome = this.#send(session, link, { topic, payload, qos }, signal);
          // Every one that counts is looked at below.
          outcome.catch(() => undefined);
          return { outcome, counts: !isObserver && (qos > 0 || !someAcknowledge) };
        });
        return Promise.any(sent.filter(({ counts }) => counts).map(({ outcome }) => outcome));
      },
    };
  }

  /** The client sent a PUBACK, which since MQTT 5 may say that it did not take the command. */
  acknowledged(session: CommandSession, packetId: number, isTaken: boolean): void {
    const waiting = this.#links.get(session)?.waiting.get(packetId);
    if (isTaken) waiting?.acknowledged();
    else waiting?.failed(new Error("the client refused it"));
  }

  ended(session: CommandSession): void {
    const link = this.#links.get(session);
    if (link === undefined) return;
    this.#links.delete(session);
    for (const detach of link.detach.values()) detach();
    for (const { failed } of [...link.waiting.values()]) failed(new Error("the session ended"));
  }

  #linkOf(session: CommandSession): Link {
    let link = this.#links.get(session);
    if (link === undefined) {
      link = { filters: new Map(), detach: new Map(), waiting: new Map(), lastPacketId: PACKET_IDS.last };
      this.#links.set(session, link);
    }
    return link;
  }

  #channel(session: CommandSession, link: Link, { encode }: CommandSubscriber, qos: number): CommandChannel {
    return { deliver: (message, signal) => this.#send(session, link, { ...encode(message), qos }, signal) };
  }

  /** Resolves with true once it is acknowledged, with false where it was sent and never will be. */
  async #send({ socket, level }: CommandSession, link: Link, message: Outgoing, signal: AbortSignal): Promise<boolean> {
    if (!socket.writable) throw new Error("the session has ended");
    // A subscription at QoS 0 is sent nothing higher [MQTT-3.8.4-6], and acknowledges nothing.
    if (message.qos === 0) {
      socket.write(packet(message, 0, level));
      return false;
    }
    const packetId = nextPacketId(link);
    const acknowledged = waitFor(link, packetId, signal);
    socket.write(packet(message, packetId, level));
    await acknowledged;
    return true;
  }
}

interface Outgoing extends Publication {
  /** Of the subscription. */
  readonly qos: number;
}

function packet({ topic, payload }: Outgoing, packetId: number, level: Level): Buffer {
  const qos = packetId === 0 ? 0 : 1;
  return encode({ cmd: "publish", topic, payload, qos, messageId: packetId, dup: false, retain: false }, level);
}

function nextPacketId(link: Link): number {
  do {
    link.lastPacketId = link.lastPacketId >= PACKET_IDS.last ? PACKET_IDS.first : link.lastPacketId + 1;
  } while (link.waiting.has(link.lastPacketId));
  return link.lastPacketId;
}

function waitFor(link: Link, packetId: number, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => () => {
      link.waiting.delete(packetId);
      act();
    };
    const failed = (error: Error) => settle(() => reject(error))();
    link.waiting.set(packetId, { acknowledged: settle(resolve), failed });
    signal.addEventListener("abort", () => failed(new Error("the command was taken back")), { once: true });
  });
}
