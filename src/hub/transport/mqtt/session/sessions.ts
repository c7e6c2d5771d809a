// The sessions of all clients, by client id. A session outlives its connection for the Session Expiry Interval, bounded.
// `tick` counts seconds, since a clock may be set; the first, partial second is not counted, so that a session expires within
// a second after its time, never before.
// Invariant: a client id has one session and at most one connection; a session never passes to another principal.
import type { Budget } from "../../../access/limits/budget.ts";
import { FairPlaces } from "../../../access/limits/fair-places.ts";
import type { OpenConnections } from "../../../access/open-connections.ts";
import { isAuthenticated, isSamePrincipal, type Principal } from "../../../access/principal.ts";
import type { TopicAuthority } from "../../../access/topic-authority.ts";
import type { Clock } from "../../../clock.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import { SharedGroups } from "../messages/shared-groups.ts";
import { SessionState } from "./session-state.ts";

/** Sessions without a connection. */
const MAX_ABSENT_SESSIONS = 1_000;
export const MAX_SESSION_SECONDS = 7 * 24 * 60 * 60;

export interface SessionsOptions {
  readonly bus: MessageBus;
  readonly budget: Budget;
  readonly clock: Pick<Clock, "now">;
  readonly access: {
    readonly topics: Pick<TopicAuthority, "mayConnect" | "mayReceive">;
    readonly connections: OpenConnections;
  };
}

export interface OpeningClient {
  readonly clientId: string;
  readonly principal: Principal;
  readonly address: string;
  /** Clean Start, or clean session in MQTT 3. */
  readonly isClean: boolean;
  /** The requested Session Expiry Interval. */
  readonly expirySeconds: number;
}

export interface OpenedSession {
  readonly state: SessionState;
  /** Session Present: the client resumes an existing session. */
  readonly isPresent: boolean;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #groups: SharedGroups;
  readonly #byClientId = new Map<string, SessionState>();
  /** Sessions without a connection, in the order of disconnection. */
  readonly #absent = new FairPlaces<SessionState>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#groups = new SharedGroups(options.bus);
  }

  /**
   * Opens or resumes the session of a client that connects, and disconnects the client that has its id. Null where that id
   * belongs to another authenticated client, which may have connected since `mayConnect` was asked.
   */
  open({ clientId, principal, address, isClean, expirySeconds }: OpeningClient): OpenedSession | null {
    if (this.isTakenByOther(clientId, principal)) return null;
    const previous = this.#byClientId.get(clientId);
    previous?.connection?.onTakenOver();
    // With its connection the session may have ended.
    const before = this.#byClientId.get(clientId);
    const isPresent = before !== undefined && !isClean && isSamePrincipal(before.principal, principal);
    if (before !== undefined && !isPresent) this.#end(before);
    const state = isPresent ? before : this.#create(clientId, principal, address);
    state.principal = principal;
    state.address = address;
    this.#absent.remove(state);
    state.will = null;
    state.expirySeconds = Math.min(expirySeconds, MAX_SESSION_SECONDS);
    return { state, isPresent };
  }

  /** Sessions without a connection. */
  get absentCount(): number {
    return this.#absent.size;
  }

  /** The subscriptions of all sessions. */
  get filterCount(): number {
    let count = 0;
    for (const { load } of this.#byClientId.values()) count += load.filters;
    return count;
  }

  /** Whether another authenticated client has a session with that client id. */
  isTakenByOther(clientId: string, principal: Principal): boolean {
    const state = this.#byClientId.get(clientId);
    return state !== undefined && isAuthenticated(state.principal) && !isSamePrincipal(state.principal, principal);
  }

  /** The connection of a session has ended. */
  disconnected(state: SessionState): void {
    state.connection = null;
    state.outgoing.disconnect();
    if (state.expirySeconds === 0) {
      this.#end(state);
      return;
    }
    state.secondsLeft = state.expirySeconds;
    this.#absent.add(state, state.address);
    if (this.#absent.size > MAX_ABSENT_SESSIONS) this.#evictAbsent();
  }

  /** DISCONNECT changed the Session Expiry Interval. */
  setExpiry(state: SessionState, expirySeconds: number): void {
    state.expirySeconds = Math.min(expirySeconds, MAX_SESSION_SECONDS);
  }

  /** To be called every second. */
  tick(): void {
    for (const state of [...this.#absent]) {
      const { will } = state;
      // A client that reconnects within the Will Delay Interval cancels its will [MQTT-3.1.3-9].
      if (will !== null && will.secondsLeft-- <= 0) {
        state.will = null;
        will.publish();
      }
      if (state.secondsLeft-- <= 0) this.#end(state);
    }
  }

  /** The broker stops: sessions end with it, and wills are published. */
  stop(): void {
    for (const state of [...this.#byClientId.values()]) this.#end(state);
  }

  #create(clientId: string, principal: Principal, address: string): SessionState {
    const { bus, budget, access, clock } = this.#options;
    const share = budget.open({
      resume: () => undefined,
      cut: (reasonString) => {
        state.connection?.onSessionCut(reasonString);
        this.#end(state);
      },
    });
    const state = new SessionState({
      clientId,
      principal,
      address,
      share,
      bus,
      groups: this.#groups,
      mayReceive: (...args) => access.topics.mayReceive(...args),
      now: () => clock.now(),
    });
    state.endTracking = access.connections.add({
      principal,
      isAllowed: () => access.topics.mayConnect(principal),
      close: (isRevoked) => {
        state.connection?.revoked(isRevoked);
        if (isRevoked) state.will = null;
        this.#end(state);
      },
    });
    this.#byClientId.set(clientId, state);
    return state;
  }

  /** Ends the oldest absent session of the address with the most, so that one address cannot evict those of others. */
  #evictAbsent(): void {
    const oldest = this.#absent.oldestOfMost();
    if (oldest !== null) this.#end(oldest);
  }

  #end(state: SessionState): void {
    this.#absent.remove(state);
    if (this.#byClientId.get(state.clientId) === state) this.#byClientId.delete(state.clientId);
    state.end();
  }
}
