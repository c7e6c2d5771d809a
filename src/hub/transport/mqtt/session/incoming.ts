// PUBLISH packets of one connection, to their verdict and their acknowledgement.
// Order: verdicts come in any order; messages are forwarded and acknowledged in that of their arrival.
import type { IPublishPacket } from "mqtt-packet";
import { render } from "../../../../shared/messages/render.ts";
import type { Verdict } from "../../../ingest/accept.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import { expiresAt, type Level, type Message, MQTT_5, messageProperties } from "../messages/packets.ts";
import { IncomingAliases, MAX_TOPIC_ALIASES } from "../messages/topic-aliases.ts";
import type { PublishHandler } from "../publish-handler.ts";
import type { MqttSession } from "../session.ts";
import { REASON, type Reason, refusalReason } from "./reason-codes.ts";
import type { SessionState } from "./session-state.ts";

/** The Receive Maximum that clients are told. */
export const RECEIVE_MAXIMUM = 256;
/** Older clients know of no limit: some send all that they have before they release the first. */
const MAX_OPEN_QOS2_OF_OLDER_CLIENTS = 10_000;

export interface IncomingOptions {
  readonly level: Level;
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly publishes: PublishHandler;
  readonly bus: MessageBus;
  readonly now: () => number;
  /** Ends the connection; `reasonString` says why. */
  readonly end: (reason: Reason, reasonString: string) => void;
  /** Acknowledges a message; `reasonString` is for the client, null where nothing is wrong. */
  readonly acknowledge: (qos: 1 | 2, packetId: number, reason: Reason, reasonString: string | null) => void;
}

export class IncomingMessages {
  readonly #options: IncomingOptions;
  readonly #aliases = new IncomingAliases();
  /** Ids of QoS 2 messages that have no verdict yet. */
  readonly #unsettledIds = new Set<number>();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Resolves once it is settled. */
  async take(packet: IPublishPacket): Promise<void> {
    const { level, session, state, publishes, now, end, acknowledge } = this.#options;
    const { qos, properties, payload, retain, messageId = 0 } = packet;
    const resolved = this.#aliases.resolve(packet.topic, properties?.topicAlias);
    if (resolved === "bad-alias") {
      end(REASON.TOPIC_ALIAS_INVALID, `The hub takes topic aliases from 1 to ${MAX_TOPIC_ALIASES}.`);
      return;
    }
    if (resolved === "no-topic") {
      end(REASON.PROTOCOL_ERROR, "A PUBLISH has neither a topic nor an alias that stands for one.");
      return;
    }
    if (qos === 2 && state.hasReceived(messageId)) {
      acknowledge(2, messageId, REASON.SUCCESS, null);
      return;
    }
    // It was sent again before its verdict, which answers both.
    if (qos === 2 && this.#unsettledIds.has(messageId)) return;
    if (!this.#hasRoomFor(qos)) {
      end(REASON.RECEIVE_MAXIMUM_EXCEEDED, "More messages of QoS 2 are open than the hub takes at once.");
      return;
    }
    if (qos === 2) this.#unsettledIds.add(messageId);
    const message: Message = {
      topic: resolved.topic,
      payload: typeof payload === "string" ? Buffer.from(payload) : payload,
      qos,
      retain,
      properties: level === MQTT_5 ? messageProperties(properties) : undefined,
      expiresAtMs: expiresAt(properties, now()),
    };
    session.publishBegan();
    const turn = session.answers.begin();
    const { verdict, isForwarded } = await publishes.accept(session, message);
    await new Promise<void>((settled) => {
      session.answers.finish(turn, () => {
        if (qos === 2) this.#unsettledIds.delete(messageId);
        if (isForwarded) this.#options.bus.publish(message, state.clientId);
        this.#answer(message, messageId, verdict);
        session.publishSettled();
        settled();
      });
    });
  }

  #answer({ topic, qos }: Message, packetId: number, verdict: Verdict | null): void {
    const { level, state, end, acknowledge } = this.#options;
    if (verdict?.kind === "deferred") {
      // An acknowledgement, whatever it says, would have the client forget the message [MQTT-4.4.0-2].
      end(REASON.QUOTA_EXCEEDED, render(verdict.problem));
      return;
    }
    if (qos === 0) return;
    if (verdict?.kind === "refused" && level === MQTT_5) {
      // Of topics that are the broker's own everybody knows why.
      const reasonString = topic.startsWith("$") ? null : render(verdict.problem);
      acknowledge(qos, packetId, refusalReason(verdict.problem), reasonString);
      return;
    }
    if (qos === 2) state.received(packetId);
    acknowledge(qos, packetId, REASON.SUCCESS, null);
  }

  #hasRoomFor(qos: number): boolean {
    const { level, state } = this.#options;
    const maximum = level === MQTT_5 ? RECEIVE_MAXIMUM : MAX_OPEN_QOS2_OF_OLDER_CLIENTS;
    return qos < 2 || state.receivedCount + this.#unsettledIds.size < maximum;
  }
}
