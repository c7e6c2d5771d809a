// The session layer's questions about a client: may it connect, and what may it subscribe to?
import type { Authenticate } from "../../access/authenticate.ts";
import { decide } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import type { MqttDiagnostics } from "./diagnostics.ts";
import type { MqttSession } from "./session.ts";
import type { FilterOutcome, MqttSubscriptions, Subscriber } from "./subscriptions.ts";

export interface AccessHooksOptions {
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

  /** True where the client may connect; says who it is to its session. */
  async mayConnect(session: MqttSession, password: Readonly<Buffer | undefined>): Promise<boolean> {
    const { authenticate, authority, diagnostics } = this.#options;
    const credential = password === undefined ? null : ({ kind: "password", text: password.toString() } as const);
    const isAdmin = decide(await authenticate(credential, session.address), "admin") === "granted";
    if (isAdmin) session.identity = "admin";
    const mayConnect = authority.mayConnect(session.identity);
    if (!isAdmin) diagnostics.unauthenticated(session.clientId, session.address, password !== undefined, mayConnect);
    return mayConnect;
  }

  /** `filter` is the one inside a shared subscription. */
  authorizeSubscribe(session: MqttSession, subscriber: Subscriber, filter: string): FilterOutcome {
    const { subscriptions, diagnostics } = this.#options;
    const outcome = subscriptions.authorize(subscriber, session.identity, filter);
    if (outcome !== "granted")
      diagnostics.subscriptionRejected(session.clientId, session.address, filter, outcome === "too-many");
    return outcome;
  }

  /** A shared subscription that nobody may have, whoever asks. */
  badShare({ clientId, address }: MqttSession, filter: string): FilterOutcome {
    this.#options.diagnostics.subscriptionRejected(clientId, address, filter, false);
    return "bad-filter";
  }
}
