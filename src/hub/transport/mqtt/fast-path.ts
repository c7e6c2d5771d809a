// The fast path: what comes most is taken from the wire to where it goes. A plain publish of readings goes to the store, to its
// subscribers and is acknowledged from here; one that is none of the hub's goes to its subscribers; a PUBACK to the session.
// The session layer, which would do the same work with ten times the ceremony, sees everything else.
// Order: messages of one client are forwarded and acknowledged in that of their arrival.
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
import type { KnownTopics } from "./wire/known-topics.ts";
import type { RawPacket } from "./wire/packet-splitter.ts";
import { endOfPlainProperties } from "./wire/properties.ts";

const PUBLISH = 3;
const RETAIN = 1;
/** With its flags. */
const PUBACK = 0x40;
/** Of a PUBACK that says nothing but which message it is for. */
const PACKET_ID_BYTES = 2;
/** A property block that says that there are none. */
const EMPTY_PROPERTIES_BYTES = 1;
/** What it costs to send a message to one who listens, in bytes of others. */
const COPY_BYTES = 24;

export interface FastPathSession {
  readonly id: string;
  readonly clientId: string;
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  readonly principal: Principal;
  /** What a topic means when this client publishes on it; null where the broker has to look. */
  readonly routes: KnownTopics<FastPathRoute | null>;
  readonly level: Level;
  readonly answers: OrderedAnswers;
  /** Packet ids that are to be acknowledged in this turn. */
  readonly acknowledged: number[];
  flushAcknowledged(): void;
  publishBegan(): void;
  publishSettled(): void;
  /** What the connection is ended with, and what a message is answered with that is refused (MQTT 5). */
  readonly client: FastPathClient | null;
}

interface FastPathClient {
  /** The client acknowledges what it was sent with QoS 1. */
  acknowledged(packetId: number): void;
  refuse(qos: 1, packetId: number, problem: Problem): void;
  defer(problem: Problem): void;
}

export interface FastPathRoute {
  readonly topic: string;
  /** "forward" where the hub does no more with its messages; null where this client may not publish. */
  readonly route: Route | "forward" | null;
}

/** A PUBLISH that is taken from here. */
interface TakenPublish {
  readonly topic: string;
  /** Valid while it is taken. */
  readonly payload: Buffer;
  /** Null where it is QoS 0. */
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
  /** Sessions that have something to acknowledge. */
  #acknowledging: FastPathSession[] = [];

  constructor(options: MqttFastPathOptions) {
    this.#options = options;
  }

  /**
   * Takes a packet that passed the packet check, of a client whose CONNECT was accepted; false where the broker has to take
   * it. A message that is deferred ends the connection without an acknowledgement, the only way that MQTT 3.1.1 has to make
   * the client send it again.
   */
  take(session: FastPathSession, packet: RawPacket): boolean {
    const { bytes, header, start, end } = packet;
    if (header === PUBACK && end - start === PACKET_ID_BYTES) {
      this.#receipt(session, bytes.readUInt16BE(start));
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
    // Subscribers get the properties, too, which nothing here has looked at.
    if (hasSubscribers && payloadStart - propertiesStart > EMPTY_PROPERTIES_BYTES) return false;
    const payload = bytes.subarray(payloadStart, end);
    const costBytes = MESSAGE_BYTES + end - start + COPY_BYTES * subscribers;
    const publish = { topic, payload, packetId, hasSubscribers, costBytes };
    if (route === "forward") return this.#forward(session, publish);
    this.#settle(session, publish, route);
    return true;
  }

  #settle(session: FastPathSession, publish: TakenPublish, route: Route | null): void {
    const { topic, payload, packetId, hasSubscribers, costBytes } = publish;
    const { address, clientId, id, principal, share } = session;
    share.take(costBytes);
    session.publishBegan();
    const turn = session.answers.begin();
    const { authority } = this.#options;
    const settle = (verdict: Verdict | null): void => {
      share.release(costBytes);
      session.answers.finish(turn, () => {
        if (hasSubscribers && verdict !== null && isForwarded(verdict, authority, principal, topic))
          this.#options.bus.publish(plainMessage(publish), clientId);
        this.#answer(session, packetId, verdict);
        session.publishSettled();
      });
    };
    const accepted =
      route === null
        ? this.#options.diagnostics.forbidden(topic, payload, session)
        : this.#options.onPublish({ topic, route, payload, address, clientId, principal, session: id, share });
    accepted.then(settle, (error: unknown) => {
      this.#options.log.error({ err: error }, "a publish could not be settled");
      settle(null);
    });
  }

  /** What the client may publish is asked with each message: it may hang on more than its rights, such as a device's room. */
  #forward(session: FastPathSession, publish: TakenPublish): boolean {
    const { authority, bus, tap } = this.#options;
    const { topic, payload, packetId, hasSubscribers, costBytes } = publish;
    const { principal, clientId, share } = session;
    if (!authority.mayPublish(principal, topic)) return false;
    share.take(costBytes);
    session.publishBegan();
    tapForwarded(tap, session, topic, payload);
    const message = hasSubscribers ? plainMessage(publish) : null;
    session.answers.finish(session.answers.begin(), () => {
      share.release(costBytes);
      if (message !== null) bus.publish(message, clientId);
      if (packetId !== null) this.#acknowledge(session, packetId);
      session.publishSettled();
    });
    return true;
  }

  #receipt({ share, client }: FastPathSession, packetId: number): void {
    // For the length of the turn: it may be that another message is sent in the place of this one.
    share.take(MESSAGE_BYTES);
    share.release(MESSAGE_BYTES);
    client?.acknowledged(packetId);
  }

  /** `verdict` is null where there is none. */
  #answer(session: FastPathSession, packetId: number | null, verdict: Verdict | null): void {
    if (verdict === null) session.client?.defer(message("internal/not-stored"));
    else if (verdict.kind === "deferred") session.client?.defer(verdict.problem);
    else if (packetId === null) return;
    else if (verdict.kind === "refused" && session.level === MQTT_5)
      session.client?.refuse(1, packetId, verdict.problem);
    else this.#acknowledge(session, packetId);
  }

  #findRoute({ principal }: FastPathSession, topic: string): FastPathRoute | null {
    // The broker refuses its own topics itself, without a reason.
    if (topic.startsWith("$")) return null;
    if (!this.#options.authority.mayPublish(principal, topic)) return { topic, route: null };
    const route = matchTopic(topic);
    if (route === null) return { topic, route: "forward" };
    return route.holdsReadings ? { topic, route } : null;
  }

  /** In one write for all that this turn of the event loop has for a client. */
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

/** With a payload of its own: one who waits for the message does not keep all that arrived with it. */
function plainMessage({ topic, payload, packetId }: TakenPublish): Message {
  const qos = packetId === null ? 0 : 1;
  return { topic, payload: Buffer.from(payload), qos, retain: false, properties: undefined, expiresAtMs: null };
}
