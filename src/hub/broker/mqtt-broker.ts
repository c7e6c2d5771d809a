// The port to an MQTT broker: messages of devices come in over it, commands go out. The hub's own broker is one adapter
// (transport/mqtt); nothing here depends on which one it is.
// Invariant, for every adapter: a QoS 1 PUBLISH is acknowledged only after its verdict, and never where that is `deferred`.
// test/contract/broker.ts holds every adapter to it.
import type { Publication } from "../../shared/controls/added-control.ts";
import type { CommandChannel } from "../commands/channels.ts";
import type { Delivery, Verdict } from "../ingest/accept.ts";
import type { Route } from "../protocols/protocol.ts";

/** The endpoint for clients. */
export interface BrokerEndpoint {
  readonly host: string;
  /** 0 until the broker has started. */
  readonly port: number;
}

export interface BrokerStats {
  /** Clients whose CONNECT was accepted. */
  readonly clients: number;
}

/** A PUBLISH of a client, on a topic of devices. */
interface IncomingPublish
  extends Pick<Delivery, "payload" | "address" | "principal" | "share" | "clientId" | "qos" | "retain"> {
  readonly topic: string;
  readonly route: Route;
  /** As in `Delivery`. */
  readonly session: string | null;
  /** As in `Delivery`. */
  readonly isReplay?: boolean;
}

/** A client's connection has ended, or a message of it was settled after its end. */
interface SessionEvent {
  readonly kind: "ended";
  /** As in `Delivery`. */
  readonly session: string;
  /** Its keep-alive ran out (MQTT 3.1.1, section 3.1.2.10). */
  readonly hasTimedOut: boolean;
}

/** A message that a person or a program publishes by the hub. */
export interface HubPublish extends Pick<Delivery, "address" | "principal" | "share"> {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

export interface PublishOutcome {
  /** Null where the message was only forwarded: its topic is none of devices, or its verdict comes with the hub's own subscription. */
  readonly verdict: Verdict | null;
  /** Whether it had a subscriber; null where that is not known. */
  readonly hasSubscribers: boolean | null;
}

/** The callbacks of an adapter. */
export interface BrokerHandlers {
  /** Called with each PUBLISH on a topic of devices, in the order in which its client sent them. Must not reject. */
  readonly onPublish: (publish: IncomingPublish) => Promise<Verdict>;
  readonly onSession: (event: SessionEvent) => void;
}

export interface MqttBroker {
  readonly endpoint: BrokerEndpoint;
  readonly stats: BrokerStats;
  /** Resolves once clients can connect; rejects with a message where the endpoint cannot be had. */
  start(): Promise<BrokerEndpoint>;
  /** Disconnects all clients. Stopping twice is fine. */
  stop(): Promise<void>;
  /** Publishes as a client does: authorisation, verdict, then subscribers. Rejects without a connection to the broker. */
  publish(message: HubPublish): Promise<PublishOutcome>;
  /** The channel to the subscribers of a topic, with their acknowledgement; undefined while there are none. */
  commandChannel(publication: Publication): CommandChannel | undefined;
}
