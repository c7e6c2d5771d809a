// The broker's questions about a client: may it connect, and what may it subscribe to and receive?
import type { AuthenticateError, Client, ConnectPacket, Subscription } from "aedes";
import type { Authenticate } from "../../access/authenticate.ts";
import { decide } from "../../access/principal.ts";
import type { Identity, TopicAuthority } from "../../access/topic-authority.ts";
import type { Connections } from "./connections.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import type { MqttSubscriptions } from "./subscriptions.ts";
import { isSoundClientId } from "./validation.ts";

/** CONNACK return codes (MQTT 3.1.1, section 3.2.2.3). */
const IDENTIFIER_REJECTED = 2;
export const SERVER_UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;
/** Protocol levels in CONNECT (section 3.1.2.2). */
const LEVEL_OF_MQTT_3_1 = 3;
const LEVEL_OF_MQTT_5 = 5;

export interface AccessHooksOptions {
  readonly connections: Connections;
  readonly subscriptions: MqttSubscriptions;
  readonly authority: TopicAuthority;
  readonly authenticate: Authenticate;
  readonly diagnostics: MqttDiagnostics;
}

export class AccessHooks {
  readonly #options: AccessHooksOptions;

  constructor(options: AccessHooksOptions) {
    this.#options = options;
  }

  identityOf(client: Client): Identity {
    return this.#options.connections.sessionOf(client)?.identity ?? "anonymous";
  }

  /** Called with a CONNECT before the broker acts on it; changes what the broker must not do. */
  preConnect(client: Client, packet: ConnectPacket): boolean {
    const session = this.#options.connections.sessionOf(client);
    if (session === undefined) return false;
    const mayBeEmpty = packet.protocolVersion !== LEVEL_OF_MQTT_3_1 && packet.clean !== false;
    session.hasSoundClientId = isSoundClientId(packet.clientId, mayBeEmpty);
    // Sessions end with their connection. The broker's stored sessions queue without bound and break on overlapping
    // subscriptions, and a resent QoS 2 PUBLISH whose commit failed would count as stored.
    packet.clean = true;
    // The broker does not see every packet, so `endSilent` enforces the keep-alive.
    session.keepAliveMs = (packet.keepalive ?? 0) * 1_000;
    packet.keepalive = 0;
    const { will } = packet;
    if (will !== undefined) session.share.hold("remembered", will.topic.length + will.payload.length);
    if (packet.protocolVersion === LEVEL_OF_MQTT_5) this.#options.diagnostics.speaksMqtt5(packet.clientId, session);
    return true;
  }

  /** Null where the client may connect; otherwise the error whose code CONNACK carries. */
  async authenticate(client: Client, password: Readonly<Buffer | undefined>): Promise<AuthenticateError | null> {
    const { connections, authenticate, authority, diagnostics } = this.#options;
    const session = connections.sessionOf(client);
    if (session?.hasSoundClientId !== true) {
      diagnostics.badClientId(client.id, session?.address ?? "");
      return connectRefusal("identifier rejected", IDENTIFIER_REJECTED);
    }
    const credential = password === undefined ? null : ({ kind: "password", text: password.toString() } as const);
    const isAdmin = decide(await authenticate(credential, session.address), "admin") === "granted";
    if (isAdmin) session.identity = "admin";
    const mayConnect = authority.mayConnect(session.identity);
    if (!isAdmin) diagnostics.unauthenticated(client.id, session.address, password !== undefined, mayConnect);
    return mayConnect ? null : connectRefusal("not authorized", NOT_AUTHORIZED);
  }

  /** The subscription, or null, which SUBACK reports as a failure [MQTT-3.9.3-2]. */
  authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const { connections, subscriptions, diagnostics } = this.#options;
    const granted = subscriptions.authorize(client, this.identityOf(client), subscription);
    if (granted === null) {
      const address = connections.sessionOf(client)?.address ?? "";
      diagnostics.subscriptionRejected(client.id, address, subscription.topic, subscriptions.isFull(client));
    }
    return granted;
  }

  /** Whether a client with a matching subscription may receive a message on `topic`. */
  mayForward(client: Client, topic: string): boolean {
    return this.#options.authority.mayReceive(this.identityOf(client), topic);
  }
}

export function connectRefusal(message: string, returnCode: number): Error & { returnCode: number } {
  return Object.assign(new Error(message), { returnCode });
}
