// The broker's questions about a client: may it connect, and what may it subscribe to and receive?
import type { AuthenticateError, Client, ConnectPacket, Subscription } from "aedes";
import { errorOf } from "../../../shared/errors.ts";
import { parseDeviceId } from "../../../shared/ids.ts";
import type { Access } from "../../access/access.ts";
import { ANONYMOUS, hasRole, type Principal } from "../../access/principal.ts";
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

/** What decides who may do what over MQTT. */
export type MqttAccess = Pick<
  Access,
  "authenticate" | "proxies" | "topics" | "devices" | "deviceKeys" | "lockOut" | "audit" | "connections"
>;

export interface AccessHooksOptions {
  readonly connections: Connections;
  readonly subscriptions: MqttSubscriptions;
  readonly access: MqttAccess;
  readonly diagnostics: MqttDiagnostics;
}

export class AccessHooks {
  readonly #options: AccessHooksOptions;

  constructor(options: AccessHooksOptions) {
    this.#options = options;
  }

  principalOf(client: Client): Principal {
    return this.#options.connections.sessionOf(client)?.principal ?? ANONYMOUS;
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
  async authenticate(
    client: Client,
    username: string | undefined,
    password: Readonly<Buffer | undefined>,
  ): Promise<AuthenticateError | null> {
    const { connections, access, diagnostics } = this.#options;
    const session = connections.sessionOf(client);
    if (session?.hasSoundClientId !== true) {
      diagnostics.badClientId(client.id, session?.address ?? "");
      return connectRefusal("identifier rejected", IDENTIFIER_REJECTED);
    }
    const { address } = session;
    const text = password?.toString();
    const credential = text === undefined ? null : ({ kind: "password", username: username ?? "", text } as const);
    const { principal, isWrong } = await access.authenticate(credential, address);
    if (isWrong) access.lockOut.failed(address);
    const refusal = isWrong ? "wrong-key" : this.#refusalOf(principal, client);
    if (principal.kind === "anonymous" || refusal !== null)
      diagnostics.unauthenticated(client.id, address, text !== undefined, refusal === null);
    if (refusal !== null) {
      const tried = { actor: principal, action: "mqtt.connect", subject: client.id, address };
      access.audit.refused(tried, refusal);
      return connectRefusal("not authorized", NOT_AUTHORIZED);
    }
    session.principal = principal;
    return null;
  }

  /** The code of what keeps a client out; null where it may connect. */
  #refusalOf(principal: Principal, client: Client): string | null {
    const { access, connections } = this.#options;
    if (!access.topics.mayConnect(principal)) return "key-required";
    const named = principal.kind === "unproven" ? principal.device : null;
    const obstacle = named === null ? null : access.devices.obstacleTo(principal, named);
    if (obstacle !== null) return errorOf(obstacle);
    // A client id pushes out the connection that has it: that of a device with a key is for the device alone.
    const device = parseDeviceId(client.id);
    const isOther = device !== undefined && !(principal.kind === "device" && principal.device === device);
    const mayActForAll = "role" in principal && hasRole(principal.role, "operator");
    if (isOther && !mayActForAll && access.deviceKeys.isLocked(device)) return "key-required";
    return connections.isTakenByOther(client.id, principal) ? "client-id-taken" : null;
  }

  /** The subscription, or null, which SUBACK reports as a failure [MQTT-3.9.3-2]. */
  authorizeSubscribe(client: Client, subscription: Subscription): Subscription | null {
    const { connections, subscriptions, diagnostics } = this.#options;
    const granted = subscriptions.authorize(client, this.principalOf(client), subscription);
    if (granted === null) {
      const address = connections.sessionOf(client)?.address ?? "";
      diagnostics.subscriptionRejected(client.id, address, subscription.topic, subscriptions.isFull(client));
    }
    return granted;
  }

  /** Whether a client with a matching subscription may receive a message on `topic`. */
  mayForward(client: Client, topic: string): boolean {
    return this.#options.access.topics.mayReceive(this.principalOf(client), topic);
  }
}

export function connectRefusal(message: string, returnCode: number): Error & { returnCode: number } {
  return Object.assign(new Error(message), { returnCode });
}
