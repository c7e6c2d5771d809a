// Gets the verdict on a published message: authorises, ingests and retains it. The caller forwards it afterwards, where the
// outcome allows.

import { message as hubMessage } from "../../../shared/messages/message.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { BrokerHandlers } from "../../broker/mqtt-broker.ts";
import type { Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log/log.ts";
import type { MessageTap } from "../../observe/message-tap.ts";
import type { Route } from "../../protocols/protocol.ts";
import { matchTopic } from "../../protocols/protocols.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { isForwarded, tapForwarded } from "./forwarding.ts";
import { type Message, sizeOf } from "./messages/packets.ts";
import type { RetainedMessages } from "./messages/retained.ts";
import type { MqttSession } from "./session.ts";

export interface PublishHandlerOptions {
  readonly authority: TopicAuthority;
  readonly retained: Pick<RetainedMessages, "keep">;
  readonly diagnostics: MqttDiagnostics;
  readonly onPublish: BrokerHandlers["onPublish"];
  readonly tap: MessageTap;
  readonly log: Log;
}

/** The sender of a message. */
export interface Publisher extends Pick<MqttSession, "address" | "principal" | "share" | "clientId"> {
  /** The session's id; null where the hub publishes on behalf of a person. */
  readonly id: string | null;
}

export interface PublishOutcome {
  /** Null where the topic is not one of the hub's: the message is accepted. */
  readonly verdict: Verdict | null;
  /** The message is to be forwarded to subscribers. */
  readonly isForwarded: boolean;
}

const RETRY_AFTER_SECONDS = 5;

export class PublishHandler {
  readonly #options: PublishHandlerOptions;

  constructor(options: PublishHandlerOptions) {
    this.#options = options;
  }

  /** Resolves once readings are on disk, and a retained message where its publisher waits for that. Never rejects. */
  async accept(publisher: Publisher, message: Message): Promise<PublishOutcome> {
    try {
      return await this.#accept(publisher, message);
    } catch (error) {
      this.#options.log.error({ err: error }, "a publish could not be settled");
      const problem = hubMessage("internal/not-stored");
      return { verdict: { kind: "deferred", problem, retryAfterSeconds: RETRY_AFTER_SECONDS }, isForwarded: false };
    }
  }

  async #accept(publisher: Publisher, message: Message): Promise<PublishOutcome> {
    const { authority, diagnostics, onPublish, tap } = this.#options;
    const { topic, payload, qos, retain } = message;
    const denial = isClearing(message) ? authority.denialFor(publisher.principal, topic) : null;
    if (denial !== null || !authority.mayPublish(publisher.principal, topic))
      return { verdict: await diagnostics.forbidden(topic, payload, publisher, denial), isForwarded: false };
    const route = routeOf(message);
    const { address, clientId, id, principal, share } = publisher;
    const verdict =
      route &&
      (await onPublish({ topic, route, payload, qos, retain, address, clientId, principal, session: id, share }));
    if (verdict !== null && !isForwarded(verdict, authority, principal, topic)) return { verdict, isForwarded: false };
    if (retain) await this.#retain(message, publisher);
    if (verdict === null) tapForwarded(tap, publisher, message);
    return { verdict, isForwarded: true };
  }

  async #retain(message: Message, { id, share }: Publisher): Promise<void> {
    const { retained, log } = this.#options;
    const kept = retained.keep(message).then((isKept) => {
      if (!isKept) log.warn({ topic: message.topic }, "not retained: too many retained messages");
    });
    if (message.qos > 0 || id === null) return kept;
    // Of QoS 0 nobody waits for it, and it is forwarded now: who subscribes before that would get it as a retained one, too.
    const bytes = sizeOf(message);
    share.take(bytes);
    kept
      .catch((error: unknown) => log.error({ err: error }, "a retained message could not be stored"))
      .finally(() => share.release(bytes));
  }
}

/** A retained message without a payload only clears the retained one [MQTT-3.3.1-10]. */
function isClearing({ retain, payload }: Message): boolean {
  return retain && payload.length === 0;
}

/** Null where the topic is not one of the hub's. */
function routeOf(message: Message): Route | null {
  return isClearing(message) ? null : matchTopic(message.topic);
}
