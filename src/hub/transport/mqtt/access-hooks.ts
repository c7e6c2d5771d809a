// Authorises clients for the session layer: whether one may connect, and which filters it may subscribe to.
import { setTimeout } from "node:timers/promises";
import { errorOf } from "../../../shared/errors.ts";
import { parseDeviceId } from "../../../shared/ids.ts";
import type { Access } from "../../access/access.ts";
import { hasRole, type Principal } from "../../access/principal.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import { innerFilter } from "./messages/subscription.ts";
import type { Sessions } from "./session/sessions.ts";
import type { MqttSession } from "./session.ts";
import type { FilterOutcome, MqttSubscriptions, Subscriber } from "./subscriptions.ts";

/** The parts that decide on access over MQTT. */
export type MqttAccess = Pick<
  Access,
  "authenticate" | "proxies" | "topics" | "devices" | "deviceKeys" | "lockOut" | "audit" | "connections"
>;

export interface AccessHooksOptions {
  readonly sessions: Pick<Sessions, "isTakenByOther">;
  readonly subscriptions: MqttSubscriptions;
  readonly access: MqttAccess;
  readonly diagnostics: MqttDiagnostics;
}

/** The credentials of a CONNECT. */
interface ConnectCredentials {
  readonly username?: string;
  readonly password?: Readonly<Buffer>;
}

/** MQTT has no Retry-After: after wrong credentials the answer itself is delayed. A correct key is answered at once. */
const GUESS_DELAY_MS = 1_000;
/** More than are shown of one address. */
const MAX_REPORTED_FILTERS_PER_CONNECTION = 20;

export type ConnectOutcome = "granted" | "wrong-key" | "client-id-taken" | "forbidden";

export class AccessHooks {
  readonly #options: AccessHooksOptions;

  constructor(options: AccessHooksOptions) {
    this.#options = options;
  }

  /** On "granted" the session's principal is set. */
  async mayConnect(session: MqttSession, { username = "", password }: ConnectCredentials): Promise<ConnectOutcome> {
    const { access, diagnostics } = this.#options;
    const { clientId, address } = session;
    const text = password?.toString();
    const credential = text === undefined ? null : ({ kind: "password", username, text } as const);
    const { principal, isWrong } = await access.authenticate(credential, address);
    const isGuessing = isWrong && access.lockOut.failed(address) > 0;
    const refusal = isWrong ? "wrong-key" : this.#refusalOf(principal, clientId);
    if (principal.kind === "anonymous" || refusal !== null)
      diagnostics.unauthenticated(clientId, address, text !== undefined, refusal === null);
    if (refusal === null) {
      session.principal = principal;
      return "granted";
    }
    const attempt = { actor: principal, action: "mqtt.connect", subject: clientId, address };
    access.audit.refused(attempt, refusal);
    if (isGuessing) await setTimeout(GUESS_DELAY_MS, undefined, { ref: false });
    return refusal === "wrong-key" || refusal === "client-id-taken" ? refusal : "forbidden";
  }

  /** The reason to refuse the client; null where it may connect. */
  #refusalOf(principal: Principal, clientId: string): string | null {
    const { access, sessions } = this.#options;
    if (!access.topics.mayConnect(principal)) return "key-required";
    const named = principal.kind === "unproven" ? principal.device : null;
    const denial = named === null ? null : access.devices.denialFor(principal, named);
    if (denial !== null) return errorOf(denial);
    // A client id takes over the session that has it: only the device itself may use the id of a device with a key.
    const device = parseDeviceId(clientId);
    const isOther = device !== undefined && !(principal.kind === "device" && principal.device === device);
    const mayActForAll = "role" in principal && hasRole(principal.role, "operator");
    if (isOther && !mayActForAll && access.deviceKeys.isLocked(device)) return "key-required";
    return sessions.isTakenByOther(clientId, principal) ? "client-id-taken" : null;
  }

  /** `filter` is as in SUBSCRIBE, with the prefix of a shared subscription. */
  authorizeSubscribe(session: MqttSession, subscriber: Subscriber, filter: string): FilterOutcome {
    const { subscriptions, access } = this.#options;
    const { principal: actor, address } = session;
    const outcome = subscriptions.authorize(subscriber, actor, filter);
    if (outcome === "granted") return outcome;
    this.#report(session, innerFilter(filter), outcome === "too-many");
    if (outcome === "forbidden")
      access.audit.refused({ actor, action: "mqtt.subscribe", subject: filter, address }, outcome);
    return outcome;
  }

  /** A shared subscription that nobody may have, whoever asks. */
  badShare(session: MqttSession, filter: string): FilterOutcome {
    this.#report(session, filter, false);
    return "bad-filter";
  }

  /** Looking for what was meant takes as long as a message, and a SUBSCRIBE may have a thousand filters. */
  #report(session: MqttSession, filter: string, hasTooMany: boolean): void {
    if (session.rejectedFilters++ >= MAX_REPORTED_FILTERS_PER_CONNECTION) return;
    this.#options.diagnostics.subscriptionRejected(session.clientId, session.address, filter, hasTooMany);
  }
}
