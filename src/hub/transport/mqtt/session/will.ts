// A client's will: published when its connection ends without a DISCONNECT, after the Will Delay Interval (MQTT 5, section
// 3.1.3.2.2).
import { setTimeout } from "node:timers/promises";
import type { IConnectPacket } from "mqtt-packet";
import type { Budget } from "../../../access/limits/budget.ts";
import { PARSED_MESSAGE_BYTES } from "../../../access/limits/costs.ts";
import type { Share } from "../../../access/limits/share.ts";
import type { Log } from "../../../observe/log/log.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import { expiresAt, type Message, MQTT_5, sizeOf } from "../messages/packets.ts";
import { willProperties } from "../messages/publish-packets.ts";
import type { PublishHandler } from "../publish-handler.ts";
import type { MqttSession } from "../session.ts";
import type { RawPacket } from "../wire/packet-splitter.ts";
import { levelOf } from "./connect.ts";
import type { SessionState } from "./session-state.ts";

/** The will of a CONNECT; its Message Expiry Interval begins when it is published. */
export interface WillMessage {
  readonly message: Message;
  readonly delaySeconds: number;
  readonly expirySeconds: number | undefined;
}

/** `raw` is the CONNECT as it arrived. Null where it has no will. */
export function willOf(packet: IConnectPacket, raw: RawPacket): WillMessage | null {
  const { will } = packet;
  if (will === undefined) return null;
  const { topic, payload, qos = 0, retain = false, properties = {} } = will;
  return {
    message: {
      topic,
      // A copy: a view would keep the whole packet in memory.
      payload: Buffer.concat([typeof payload === "string" ? Buffer.from(payload) : payload]),
      qos,
      retain,
      properties: levelOf(packet) === MQTT_5 ? willProperties(raw) : undefined,
      expiresAtMs: null,
    },
    delaySeconds: properties.willDelayInterval ?? 0,
    expirySeconds: properties.messageExpiryInterval,
  };
}

/** Bytes that a will takes in memory until it is published. */
export function willBytes({ message }: WillMessage): number {
  return sizeOf(message);
}

/** Of wills that wait to be published. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** A will may take such a part of the room that is left: however many large ones there are, small ones find some. */
const MAX_PART_OF_ROOM = 1 / 16;
const STOP_TIMEOUT_MS = 1_000;

/** Publishes wills as there is room for them: a thousand connections may end in one turn of the event loop. */
export class WillQueue {
  readonly #share: Share;
  /** Settled once they are published. */
  readonly #waiting = new Set<Promise<void>>();
  #waitingBytes = 0;

  constructor(budget: Budget) {
    this.#share = budget.open({ resume: () => undefined, cut: () => undefined });
  }

  /** Calls `publish` in its turn, at once where there is room. False where too many wait: it is never called then. */
  add(will: WillMessage, publish: () => Promise<void>): boolean {
    const bytes = PARSED_MESSAGE_BYTES + willBytes(will);
    if (bytes > (MAX_WAITING_BYTES - this.#waitingBytes) * MAX_PART_OF_ROOM) return false;
    this.#waitingBytes += bytes;
    const published: Promise<void> = this.#share.runInTurn(bytes, publish).finally(() => {
      this.#waitingBytes -= bytes;
      this.#waiting.delete(published);
    });
    this.#waiting.add(published);
    return true;
  }

  /** Resolves once those that wait are published, or have had their time: the store may be away. */
  async stop(): Promise<void> {
    this.#share.close();
    await Promise.race([Promise.all(this.#waiting), setTimeout(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }
}

export interface WillOptions {
  readonly publishes: PublishHandler;
  readonly wills: Pick<WillQueue, "add">;
  readonly log: Log;
  readonly bus: MessageBus;
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly now: () => number;
}

export class Will {
  readonly #will: WillMessage;
  readonly #options: WillOptions;

  constructor(will: WillMessage, options: WillOptions) {
    this.#will = will;
    this.#options = options;
  }

  /** Starts the delay, which ends with the session at the latest. */
  connectionEnded(): void {
    const { state } = this.#options;
    const secondsLeft = Math.min(this.#will.delaySeconds, state.expirySeconds);
    if (secondsLeft === 0) this.publish();
    else state.will = { secondsLeft, bytes: willBytes(this.#will), publish: () => this.publish() };
  }

  publish(): void {
    const { wills, session, log } = this.#options;
    session.publishBegan();
    if (wills.add(this.#will, () => this.#publish())) return;
    session.publishSettled();
    log.warn({ address: session.address, client: session.clientId }, "a will was dropped: too many wait");
  }

  /** Never rejects, and nobody is there to hear of a verdict. */
  async #publish(): Promise<void> {
    const { publishes, bus, session, state, now } = this.#options;
    const message: Message = { ...this.#will.message, expiresAtMs: expiresAt(this.#will.expirySeconds, now()) };
    const { isForwarded } = await publishes.accept(session, message);
    session.publishSettled();
    if (isForwarded) await new Promise<void>((delivered) => bus.publish(message, state.clientId, delivered));
  }
}
