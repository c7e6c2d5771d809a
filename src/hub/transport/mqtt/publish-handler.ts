// The broker's way of a publish to its verdict.
// QoS 0 and 1 are committed while the broker asks whether the publish is allowed: the PUBACK follows. QoS 2 is committed
// once the broker has taken the packet, since it asks about a resent one again but takes it once: the PUBREC follows.

import type { Client, PublishPacket } from "aedes";
import { errorOf, errorStatus, type Problem } from "../../../shared/errors.ts";
import { render } from "../../../shared/messages/message.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { BrokerHandlers } from "../../broker/mqtt-broker.ts";
import type { Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log.ts";
import type { Route } from "../../protocols/protocol.ts";
import { matchTopic } from "../../protocols/protocols.ts";
import type { Connections } from "./connections.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import type { RetainedLimit } from "./retained-limit.ts";
import type { MqttSession } from "./session.ts";

/** The topic of a publish that is acknowledged but not forwarded: no client may subscribe to it. */
const DISCARD_TOPIC = "$nowhere";

export interface PublishHandlerOptions {
  readonly connections: Connections;
  readonly authority: TopicAuthority;
  readonly retained: RetainedLimit;
  readonly diagnostics: MqttDiagnostics;
  readonly onPublish: BrokerHandlers["onPublish"];
  /** Whether a publish is of a blocked device, or of one that its client may not speak for: no other client may receive it. */
  readonly isBarred: (route: Route, payload: Uint8Array, session: MqttSession) => boolean;
  readonly log: Log;
}

export class PublishHandler {
  readonly #options: PublishHandlerOptions;

  constructor(options: PublishHandlerOptions) {
    this.#options = options;
  }

  /** Rejects where the client must be disconnected, or where no acknowledgement may be sent. */
  async authorizePublish(client: Client | null, packet: PublishPacket): Promise<void> {
    const { connections, authority, diagnostics, isBarred } = this.#options;
    const session = connections.sessionOf(client);
    if (session === undefined) throw new Error("a publish without a client");
    if (!authority.mayPublish(session.principal, packet.topic)) {
      session.publishBegan();
      const refusal = diagnostics.forbidden(packet.topic, toBytes(packet.payload), session);
      const verdict = await refusal.finally(() => session.publishSettled());
      if (verdict.kind === "deferred") throw new Error(render(verdict.problem));
      discard(packet);
      return;
    }
    const route = routeOf(packet);
    if (route !== null && (packet.qos < 2 || isBarred(route, toBytes(packet.payload), session))) {
      const verdict = await this.#accept(session, packet, route);
      if (verdict.kind === "refused" && isWithheld(verdict.problem)) {
        discard(packet);
        return;
      }
    }
    this.#boundRetained(packet);
  }

  /** The broker has taken the packet and forwards it. */
  async published(client: Client | null, packet: PublishPacket): Promise<void> {
    const session = this.#options.connections.sessionOf(client);
    const route = packet.qos === 2 ? routeOf(packet) : null;
    if (route !== null && session !== undefined) await this.#accept(session, packet, route);
  }

  /** Resolves with the verdict; rejects where the message may be sent again later. */
  async #accept(session: MqttSession, packet: PublishPacket, route: Route): Promise<Verdict> {
    const { topic } = packet;
    const { address, id, principal, share } = session;
    session.publishBegan();
    const payload = toBytes(packet.payload);
    const verdict = await this.#options.onPublish({ topic, route, payload, address, principal, session: id, share });
    session.publishSettled();
    if (verdict.kind === "deferred") throw new Error(render(verdict.problem));
    return verdict;
  }

  #boundRetained(packet: PublishPacket): void {
    if (!packet.retain || this.#options.retained.admits(packet.topic, toBytes(packet.payload).length)) return;
    packet.retain = false;
    this.#options.log.warn({ topic: packet.topic }, "not retained: too many retained messages");
  }
}

/** Refused because of who sent it or for whom: nobody else may receive it. */
function isWithheld(problem: Problem): boolean {
  const code = errorOf(problem);
  return code === "device-blocked" || code === "forbidden" || errorStatus[code] === 401;
}

/** Null where the message is not for the hub. */
function routeOf({ topic, retain, payload }: PublishPacket): Route | null {
  // A retained message without a payload only clears the retained one [MQTT-3.3.1-10].
  return retain && payload.length === 0 ? null : matchTopic(topic);
}

/** Has it acknowledged but not forwarded. MQTT 3.1.1 could only disconnect, and the client would send it again for ever. */
function discard(packet: PublishPacket): void {
  packet.topic = DISCARD_TOPIC;
  packet.payload = "";
  packet.retain = false;
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}
