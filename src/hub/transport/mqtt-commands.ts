// Commands to devices over MQTT. A command goes to the session that asked for exactly its device's commands, the newest of
// them, and to nobody else: it is written to that session's socket, past the broker, which would queue it and cannot say
// who acknowledged it.
import type { Duplex } from "node:stream";
import { generate } from "mqtt-packet";
import type { CommandMessage } from "../../shared/command.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { commandTopicDevice } from "../../shared/topics.ts";
import type { CommandChannel, Commands } from "../commands/commands.ts";

/** Packet ids of commands; the broker counts up from anywhere, and comes by here seldom. */
const PACKET_IDS = { first: 0xf000, last: 0xffff };

export interface CommandSession {
  readonly socket: Duplex;
}

/** What a session has to do with commands. */
interface Link {
  /** By topic: ends what it subscribed to. */
  readonly detach: Map<string, () => void>;
  /** By packet id: commands that wait for their acknowledgement. */
  readonly waiting: Map<number, { readonly acknowledged: () => void; readonly failed: (error: Error) => void }>;
  lastPacketId: number;
}

export class MqttCommands {
  readonly #commands: Commands;
  readonly #links = new WeakMap<CommandSession, Link>();

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  subscribed(session: CommandSession, filter: string, qos: number): void {
    const device = commandTopicDevice(filter);
    if (device === undefined) return;
    const link = this.#linkOf(session);
    link.detach.get(filter)?.();
    link.detach.set(filter, this.#commands.attach(device, this.#channel(session, link, device, qos)));
  }

  unsubscribed(session: CommandSession, filter: string): void {
    const link = this.#links.get(session);
    link?.detach.get(filter)?.();
    link?.detach.delete(filter);
  }

  /** The client sent a PUBACK. */
  acknowledged(session: CommandSession, packetId: number): void {
    this.#links.get(session)?.waiting.get(packetId)?.acknowledged();
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
      link = { detach: new Map(), waiting: new Map(), lastPacketId: PACKET_IDS.last };
      this.#links.set(session, link);
    }
    return link;
  }

  #channel(session: CommandSession, link: Link, device: DeviceId, qos: number): CommandChannel {
    const topic = `bramble/${device}/command`;
    return {
      deliver: async (message, signal) => {
        const { socket } = session;
        if (!socket.writable) throw new Error("the session has ended");
        // A subscription at QoS 0 is sent nothing higher [MQTT-3.8.4-6], and acknowledges nothing.
        if (qos === 0) {
          socket.write(packet(topic, message, 0));
          return false;
        }
        const packetId = nextPacketId(link);
        const acknowledged = waitFor(link, packetId, signal);
        socket.write(packet(topic, message, packetId));
        await acknowledged;
        return true;
      },
    };
  }
}

function packet(topic: string, message: CommandMessage, packetId: number): Buffer {
  const qos = packetId === 0 ? 0 : 1;
  const payload = JSON.stringify(message);
  return generate({ cmd: "publish", topic, payload, qos, messageId: packetId, dup: false, retain: false });
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
