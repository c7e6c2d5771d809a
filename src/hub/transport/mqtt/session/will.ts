// A client's last will: published when its connection ends without its word, after its delay (MQTT 5, section 3.1.3.2.2).
import type { IConnectPacket } from "mqtt-packet";
import type { MessageBus } from "../messages/message-bus.ts";
import { expiresAt, type Message, messageProperties, sizeOf } from "../messages/packets.ts";
import type { PublishHandler } from "../publish-handler.ts";
import type { MqttSession } from "../session.ts";
import type { SessionState } from "./session-state.ts";

export interface WillOptions {
  readonly publishes: PublishHandler;
  readonly bus: MessageBus;
  readonly session: MqttSession;
  readonly state: SessionState;
  readonly now: () => number;
}

export class Will {
  readonly #will: NonNullable<IConnectPacket["will"]>;
  readonly #options: WillOptions;

  constructor(will: NonNullable<IConnectPacket["will"]>, options: WillOptions) {
    this.#will = will;
    this.#options = options;
  }

  /** Its delay begins; a session that ends before does not have it wait longer. */
  connectionEnded(): void {
    const { state } = this.#options;
    const secondsLeft = Math.min(this.#will.properties?.willDelayInterval ?? 0, state.expirySeconds);
    if (secondsLeft === 0) this.publish();
    else state.will = { secondsLeft, bytes: sizeOf(this.#message()), publish: () => this.publish() };
  }

  publish(): void {
    const { publishes, bus, session, state } = this.#options;
    const message = this.#message();
    session.publishBegan();
    // It never rejects, and nobody is there to hear of a verdict.
    void publishes.accept(session, message).then(({ isForwarded }) => {
      session.publishSettled();
      if (isForwarded) bus.publish(message, state.clientId);
    });
  }
  /** Its time to expire begins when it is published. */
  #message(): Message {
    const { topic, payload, qos = 0, retain = false, properties } = this.#will;
    return {
      topic,
      payload: typeof payload === "string" ? Buffer.from(payload) : payload,
      qos,
      retain,
      properties: messageProperties(properties),
      expiresAtMs: expiresAt(properties, this.#options.now()),
    };
  }
}
