// PUBLISH packets of one connection, to their verdict and their acknowledgement.
// Order: verdicts come in any order; messages are forwarded and acknowledged in that of their arrival.
import { crc32 } from "node:zlib";
import { render } from "../../../../shared/messages/render.ts";
import type { Verdict } from "../../../ingest/accept.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import { expiresAt, type Level, type Message, MQTT_5, sizeOf } from "../messages/packets.ts";
import type { ArrivedPublish } from "../messages/publish-packets.ts";
import { IncomingAliases, MAX_TOPIC_ALIASES } from "../messages/topic-aliases.ts";
import type { PublishHandler } from "../publish-handler.ts";
import type { MqttSession } from "../session.ts";
import { REASON, type Reason, refusalReason } from "./reason-codes.ts";
import type { SessionState } from "./session-state.ts";

/** The Receive Maximum in CONNACK. */
export const RECEIVE_MAXIMUM = 256;
/** MQTT 3 has no Receive Maximum: some clients publish their whole backlog before the first PUBREL. */
const MAX_IN_FLIGHT_QOS2_BEFORE_MQTT_5 = 10_000;

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
  /** Answers a PUBREL. */
  readonly complete: (packetId: number) => void;
}

export class IncomingMessages {
  readonly #options: IncomingOptions;
  readonly #aliases = new IncomingAliases();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Resolves once the message is settled. */
  async take(packet: ArrivedPublish): Promise<void> {
    const { session, state, publishes, now, end, acknowledge } = this.#options;
    const { qos, properties, payload, retain, packetId, topicAlias, expirySeconds } = packet;
    // Once for each packet, in order: an alias is set even where its message is refused.
    const resolved = this.#aliases.resolve(packet.topic, topicAlias);
    if (resolved === "bad-alias") {
      end(REASON.TOPIC_ALIAS_INVALID, `The hub takes topic aliases from 1 to ${MAX_TOPIC_ALIASES}.`);
      return;
    }
    if (resolved === "no-topic") {
      end(REASON.PROTOCOL_ERROR, "A PUBLISH has neither a topic nor an alias that stands for one.");
      return;
    }
    const message: Message = {
      topic: resolved.topic,
      payload,
      qos,
      retain,
      properties,
      expiresAtMs: expiresAt(expirySeconds, now()),
    };
    const checksum = qos === 2 ? checksumOf(message) : 0;
    const turn = session.answers.begin();
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    if (qos === 2) {
      // A duplicate before the verdict; the first copy may have come on an earlier connection.
      for (let first = state.unsettled(packetId); first !== undefined; first = state.unsettled(packetId)) await first;
      if (state.hasReceived(packetId, checksum)) {
        session.answers.finish(turn, () => acknowledge(2, packetId, REASON.SUCCESS, null));
        return;
      }
      if (!this.#hasRoomForQos2()) {
        session.answers.finish(turn, () => undefined);
        end(REASON.RECEIVE_MAXIMUM_EXCEEDED, "More messages of QoS 2 are open than the hub takes at once.");
        return;
      }
      state.beginReceiving(packetId, settled);
    }
    session.publishBegan();
    const { verdict, isForwarded } = await publishes.accept(session, message);
    session.answers.finish(turn, () => {
      settle();
      if (qos === 2) state.settled(packetId);
      if (isForwarded) this.#forward(message);
      this.#answer(message, packetId, checksum, verdict);
      session.publishSettled();
    });
    await settled;
  }

  /** PUBREL, which may come before the message has its verdict: PUBCOMP waits for that. */
  async release(packetId: number): Promise<void> {
    const { state, complete } = this.#options;
    for (let last = state.unsettled(packetId); last !== undefined; last = state.unsettled(packetId)) await last;
    state.release(packetId);
    complete(packetId);
  }

  /** Charged until its subscribers have it, which may be after it is settled. */
  #forward(message: Message): void {
    const { bus, session, state } = this.#options;
    const bytes = sizeOf(message);
    session.share.take(bytes);
    bus.publish(message, state.clientId, () => session.share.release(bytes));
  }

  #answer({ topic, qos }: Message, packetId: number, checksum: number, verdict: Verdict | null): void {
    const { level, state, bus, end, acknowledge } = this.#options;
    if (verdict?.kind === "deferred") {
      // Any acknowledgement, even with a failure code, makes the client discard the message [MQTT-4.4.0-2].
      end(REASON.QUOTA_EXCEEDED, render(verdict.problem));
      return;
    }
    if (qos === 0) return;
    if (verdict?.kind === "refused" && level === MQTT_5) {
      // For `$` topics, which only the broker publishes, the reason is obvious.
      const reasonString = topic.startsWith("$") ? null : render(verdict.problem);
      acknowledge(qos, packetId, refusalReason(verdict.problem), reasonString);
      return;
    }
    if (qos === 2) state.received(packetId, checksum);
    const isForNobody = qos === 1 && verdict === null && bus.countSubscribers(topic) === 0;
    const reason = isForNobody && level === MQTT_5 ? REASON.NO_MATCHING_SUBSCRIBERS : REASON.SUCCESS;
    acknowledge(qos, packetId, reason, null);
  }

  #hasRoomForQos2(): boolean {
    const { level, state } = this.#options;
    const maximum = level === MQTT_5 ? RECEIVE_MAXIMUM : MAX_IN_FLIGHT_QOS2_BEFORE_MQTT_5;
    return state.receivedCount < maximum;
  }
}

/** Of what tells a message that is sent again from another one: clients do not agree on when to set DUP. */
function checksumOf({ topic, payload }: Message): number {
  return crc32(payload, crc32(topic));
}
