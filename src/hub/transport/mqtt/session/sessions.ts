// The sessions of all clients, by client id. One outlives its connection for as long as its client asked for, within bounds;
// seconds are counted by `tick`, not read off a clock, which may be set. A client leaves between two ticks: the second that had
// begun does not count, so that nothing ends before its time, and within a second after it.
// Invariant: a client id has one session and at most one connection; a session is never handed to another principal.
import type { Budget } from "../../../access/limits/budget.ts";
import { FairPlaces } from "../../../access/limits/fair-places.ts";
import type { OpenConnections } from "../../../access/open-connections.ts";
import { isProven, isSamePrincipal, type Principal } from "../../../access/principal.ts";
import type { TopicAuthority } from "../../../access/topic-authority.ts";
import type { Clock } from "../../../clock.ts";
import type { MessageBus } from "../messages/message-bus.ts";
import { SharedGroups } from "../messages/shared-groups.ts";
import { SessionState } from "./session-state.ts";

/** Sessions whose clients are away. */
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
  /** It wants a new session. */
  readonly isClean: boolean;
  /** How long it wants its session kept. */
  readonly expirySeconds: number;
}

export interface OpenedSession {
  readonly state: SessionState;
  /** The client had this session before. */
  readonly isPresent: boolean;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #groups: SharedGroups;
  readonly #byClientId = new Map<string, SessionState>();
  /** In the order in which their clients left. */
  readonly #absent = new Set<SessionState>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#groups = new SharedGroups(options.bus);
  }

  /**
   * The session of a client that connects; who had its id is disconnected. Null where that is somebody from whom it cannot be
   * taken, who may have come since the client was let in.
   */
  open({ clientId, principal, address, isClean, expirySeconds }: OpeningClient): OpenedSession | null {
    if (this.isTakenByOther(clientId, principal)) return null;
    const known = this.#byClientId.get(clientId);
    known?.connection?.takenOver();
    // The end of its connection may have ended it.
    const before = this.#byClientId.get(clientId);
    const isPresent = before !== undefined && !isClean && isSamePrincipal(before.principal, principal);
    if (before !== undefined && !isPresent) this.#end(before);
    const state = isPresent ? before : this.#create(clientId, principal, address);
    state.principal = principal;
    state.address = address;
    this.#absent.delete(state);
    state.will = null;
    state.expirySeconds = Math.min(expirySeconds, MAX_SESSION_SECONDS);
    return { state, isPresent };
  }

  /** Sessions whose clients are away. */
  get absentCount(): number {
    return this.#absent.size;
  }

  /** Of all sessions. */
  get filterCount(): number {
    let count = 0;
    for (const { load } of this.#byClientId.values()) count += load.filters;
    return count;
  }

  /** Whether somebody who has shown who they are has a session with that client id, and it is not this one. */
  isTakenByOther(clientId: string, principal: Principal): boolean {
    const state = this.#byClientId.get(clientId);
    return state !== undefined && isProven(state.principal) && !isSamePrincipal(state.principal, principal);
  }

  /** The connection of a session has ended. */
  left(state: SessionState): void {
    state.connection = null;
    state.outgoing.disconnect();
    if (state.expirySeconds === 0) {
      this.#end(state);
      return;
    }
    state.secondsLeft = state.expirySeconds;
    this.#absent.add(state);
    if (this.#absent.size > MAX_ABSENT_SESSIONS) this.#endOneTooMany();
  }

  /** The client wants its session kept for less, or more, than it said. */
  limit(state: SessionState, expirySeconds: number): void {
    state.expirySeconds = Math.min(expirySeconds, MAX_SESSION_SECONDS);
  }

  /** To be called every second. */
  tick(): void {
    for (const state of [...this.#absent]) {
      const { will } = state;
      // A client that comes back before its will's delay has passed takes it back [MQTT-3.1.3-9].
      if (will !== null && will.secondsLeft-- <= 0) {
        state.will = null;
        will.publish();
      }
      if (state.secondsLeft-- <= 0) this.#end(state);
    }
  }

  /** The broker stops: nobody's will is published for it. */
  stop(): void {
    for (const state of [...this.#byClientId.values()]) {
      state.will = null;
      this.#end(state);
    }
  }

  #create(clientId: string, principal: Principal, address: string): SessionState {
    const { bus, budget, access, clock } = this.#options;
    const share = budget.open({
      resume: () => undefined,
      cut: (reasonString) => {
        state.connection?.sessionCut(reasonString);
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
      mayReceive: (...what) => access.topics.mayReceive(...what),
      now: () => clock.now(),
    });
    state.endTracking = access.connections.add({
      principal,
      isAllowed: () => access.topics.mayConnect(principal),
      close: () => {
        state.connection?.revoked();
        this.#end(state);
      },
    });
    this.#byClientId.set(clientId, state);
    return state;
  }

  /** The one longest away, of whoever has most: nobody crowds out the sessions of others. */
  #endOneTooMany(): void {
    const places = new FairPlaces<SessionState>();
    for (const state of this.#absent) places.add(state, state.address);
    const oldest = places.oldestOfMost();
    if (oldest !== null) this.#end(oldest);
  }

  #end(state: SessionState): void {
    this.#absent.delete(state);
    if (this.#byClientId.get(state.clientId) === state) this.#byClientId.delete(state.clientId);
    state.end();
  }
}
