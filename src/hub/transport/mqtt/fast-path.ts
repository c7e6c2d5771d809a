// The fast path handles the most frequent packets without building packet objects: a PUBLISH of readings without RETAIN and
// below QoS 2 is stored, forwarded and acknowledged here; one on another topic is forwarded; a PUBACK goes to the session. All
// other packets go to the session layer, which does the same at about ten times the cost.
// Order: messages of one client are forwarded and acknowledged in the order of their arrival.
import type { Duplex } from "node:stream";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { MESSAGE_BYTES } from "../../access/limits/costs.ts";
import type { Share } from "../../access/limits/share.ts";
import type { Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { BrokerHandlers } from "../../broker/mqtt-broker.ts";
import type { Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log/log.ts";
import type { MessageTap } from "../../observe/message-tap.ts";
import type { Route } from "../../protocols/protocol.ts";
import { matchTopic } from "../../protocols/protocols.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { isForwarded, tapForwarded } from "./forwarding.ts";
import type { MessageBus } from "./messages/message-bus.ts";
import { type Level, type Message, MQTT_5 } from "./messages/packets.ts";
import type { OrderedAnswers } from "./session/outgoing/ordered-answers.ts";
import { REASON, type Reason } from "./session/reason-codes.ts";
import type { RawPacket } from "./wire/packet-splitter.ts";
import { PUBACK, PUBLISH } from "./wire/packet-types.ts";
import { endOfPlainProperties } from "./wire/properties.ts";
import type { TopicCache } from "./wire/topic-cache.ts";

const RETAIN = 1;
/** With its flags, of which it has none. */
const PUBACK_HEADER = PUBACK << 4;
/** Of a PUBACK that says nothing but which message it is for. */
const PACKET_ID_BYTES = 2;
/** The length of an empty property block. */
const EMPTY_PROPERTIES_BYTES = 1;
/** The cost of forwarding a message to one subscriber, in bytes of the budget. */
const SUBSCRIBER_COST_BYTES = 24;

export interface FastPathSession {
  readonly id: string;
  readonly clientId: string;
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  readonly principal: Principal;
  /** By topic: how a publish of this client is handled; null where the session layer has to. */
  readonly routes: TopicCache<FastPathRoute | null>;
  readonly level: Level;
  readonly answers: OrderedAnswers;
  /** Packet ids to acknowledge at the end of this turn of the event loop. */
  readonly acknowledged: number[];
  flushAcknowledged(): void;
  publishBegan(): void;
  publishSettled(): void;
  /** Ends the connection, and answers refused messages (MQTT 5). */
  readonly client: FastPathClient | null;
}

interface FastPathClient {
  /** The client sent a PUBACK. */
  acknowledged(packetId: number): void;
  /** Acknowledges what it published, with a reason (MQTT 5). */
  acknowledge(qos: 1, packetId: number, reason: Reason): void;
  refuse(qos: 1, packetId: number, problem: Problem): void;
  defer(problem: Problem): void;
}

export interface FastPathRoute {
  readonly topic: string;
  /** "forward" where the topic is not one of the hub's; null where this client may not publish. */
  readonly route: Route | "forward" | null;
}

/** A PUBLISH on the fast path. */
interface FastPublish {
  readonly topic: string;
  /** Only valid during `take`. */
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  /** Null for QoS 0. */
  readonly packetId: number | null;
  readonly hasSubscribers: boolean;
  readonly costBytes: number;
}

export interface MqttFastPathOptions {
  readonly bus: Pick<MessageBus, "countSubscribers" | "publish">;
  readonly onPublish: BrokerHandlers["onPublish"];
  readonly authority: TopicAuthority;
  readonly diagnostics: Pick<MqttDiagnostics, "forbidden">;
  readonly tap: MessageTap;
  readonly log: Log;
}

export class MqttFastPath {
  readonly #options: MqttFastPathOptions;
  /** Sessions with packet ids to acknowledge in this turn. */
  #acknowledging: FastPathSession[] = [];

  constructor(options: MqttFastPathOptions) {
    this.#options = options;
  }

  /**
   * Handles a checked packet of a client whose CONNECT was accepted; false where the session layer has to. A deferred message
   * ends the connection without an acknowledgement, the only way in MQTT 3.1.1 to make the client resend it.
   */
  take(session: FastPathSession, packet: RawPacket): boolean {
    const { bytes, header, start, end } = packet;
    if (header === PUBACK_HEADER && end - start === PACKET_ID_BYTES) {
      this.#handlePuback(session, bytes.readUInt16BE(start));
      return true;
    }
    const qos = (header >> 1) & 3;
    if (header >> 4 !== PUBLISH || (header & RETAIN) !== 0 || qos > 1) return false;
    const topicEnd = start + 2 + bytes.readUInt16BE(start);
    const propertiesStart = topicEnd + (qos === 1 ? 2 : 0);
    const payloadStart = session.level === MQTT_5 ? endOfPlainProperties(bytes, propertiesStart, end) : propertiesStart;
    if (payloadStart === null) return false;
    const packetId = qos === 1 ? bytes.readUInt16BE(topicEnd) : null;
    const found = session.routes.get(bytes, start + 2, topicEnd, (topic) => this.#findRoute(session, topic));
    if (found === null) return false;
    const { topic, route } = found;
    const subscribers = route === null ? 0 : this.#options.bus.countSubscribers(topic);
    const hasSubscribers = subscribers > 0;
    // Subscribers get the properties, too, which are not decoded here.
    if (hasSubscribers && payloadStart - propertiesStart > EMPTY_PROPERTIES_BYTES) return false;
    const payload = bytes.subarray(payloadStart, end);
    const costBytes = MESSAGE_BYTES + end - start + SUBSCRIBER_COST_BYTES * subscribers;
    const publish: FastPublish = { topic, payload, qos: qos === 1 ? 1 : 0, packetId, hasSubscribers, costBytes };
    if (route === "forward") return this.#forward(session, publish);
    this.#settle(session, publish, route);
    return true;
  }

  #settle(session: FastPathSession, publish: FastPublish, route: Route | null): void {
    const { topic, payload, qos, packetId, hasSubscribers, costBytes } = publish;
    const { address, clientId, id, principal, share } = session;
    share.take(costBytes);
    session.publishBegan();
    const turn = session.answers.begin();
    const { authority } = this.#options;
    const settle = (verdict: Verdict | null): void => {
      const isWanted = hasSubscribers && verdict !== null && isForwarded(verdict, authority, principal, topic);
      if (!isWanted) share.release(costBytes);
      session.answers.finish(turn, () => {
        if (isWanted) this.#options.bus.publish(plainMessage(publish), clientId, () => share.release(costBytes));
        this.#answer(session, packetId, verdict);
        session.publishSettled();
      });
    };
    const accepted =
      route === null
        ? this.#options.diagnostics.forbidden(topic, payload, session)
        : this.#options.onPublish({ topic, route, payload, qos, address, clientId, principal, session: id, share });
    accepted.then(settle, (error: unknown) => {
      this.#options.log.error({ err: error }, "a publish could not be settled");
      settle(null);
    });
  }

  /** Checks the right to publish for each message: it may depend on more than the client, such as a device's room. */
  #forward(session: FastPathSession, publish: FastPublish): boolean {
    const { authority, bus, tap } = this.#options;
    const { topic, packetId, hasSubscribers, costBytes } = publish;
    const { principal, clientId, share } = session;
    if (!authority.mayPublish(principal, topic)) return false;
    share.take(costBytes);
    session.publishBegan();
    tapForwarded(tap, session, publish);
    const message = hasSubscribers ? plainMessage(publish) : null;
    session.answers.finish(session.answers.begin(), () => {
      if (message === null) share.release(costBytes);
      else bus.publish(message, clientId, () => share.release(costBytes));
      if (packetId !== null && (message !== null || session.level !== MQTT_5)) this.#acknowledge(session, packetId);
      else if (packetId !== null) session.client?.acknowledge(1, packetId, REASON.NO_MATCHING_SUBSCRIBERS);
      session.publishSettled();
    });
    return true;
  }

  #handlePuback({ share, client }: FastPathSession, packetId: number): void {
    // Charged for the turn: the acknowledgement may cause another message to be sent.
    share.take(MESSAGE_BYTES);
    share.release(MESSAGE_BYTES);
    client?.acknowledged(packetId);
  }

  /** `verdict` is null where settling failed. */
  #answer(session: FastPathSession, packetId: number | null, verdict: Verdict | null): void {
    if (verdict === null) session.client?.defer(message("internal/not-stored"));
    else if (verdict.kind === "deferred") session.client?.defer(verdict.problem);
    else if (packetId === null) return;
    else if (verdict.kind === "refused" && session.level === MQTT_5)
      session.client?.refuse(1, packetId, verdict.problem);
    else this.#acknowledge(session, packetId);
  }

  #findRoute({ principal }: FastPathSession, topic: string): FastPathRoute | null {
    // The session layer refuses `$` topics, without a reason, and no topic where no alias stands for it.
    if (topic === "" || topic.startsWith("$")) return null;
    if (!this.#options.authority.mayPublish(principal, topic)) return { topic, route: null };
    const route = matchTopic(topic);
    if (route === null) return { topic, route: "forward" };
    return route.holdsReadings ? { topic, route } : null;
  }

  /** Collects the acknowledgements of this turn of the event loop for one write. */
  #acknowledge(session: FastPathSession, packetId: number): void {
    if (session.acknowledged.length === 0) {
      if (this.#acknowledging.length === 0) process.nextTick(() => this.#flush());
      this.#acknowledging.push(session);
    }
    session.acknowledged.push(packetId);
  }

  #flush(): void {
    const sessions = this.#acknowledging;
    this.#acknowledging = [];
    for (const session of sessions) session.flushAcknowledged();
  }
}

/** The payload is copied, so that a queued message does not keep the whole read buffer in memory. */
function plainMessage({ topic, payload, qos }: FastPublish): Message {
  return { topic, payload: Buffer.from(payload), qos, retain: false, properties: undefined, expiresAtMs: null };
}
