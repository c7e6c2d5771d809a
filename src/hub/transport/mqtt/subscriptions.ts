// Authorises subscriptions. A client that subscribes to a plug's topic before a person adds the plug's switch is rejected, and
// most clients never retry: the rejected filter is granted once the switch exists.
import { isAuthenticated, type Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import { innerFilter } from "./messages/subscription.ts";
import { isValidFilter } from "./validation.ts";

/** The filters of a client and their total length; the same limits apply to its rejected filters. */
const LIMITS = {
  anonymous: { filters: 200, characters: 16 * 1024 },
  /** A home automation server subscribes to a topic for each entity. */
  known: { filters: 2_000, characters: 256 * 1024 },
} as const;

export type FilterOutcome = "granted" | "bad-filter" | "too-many" | "forbidden";

/** The number of filters and their total length. */
export interface FilterLoad {
  readonly filters: number;
  readonly characters: number;
}

/** A client that subscribes. */
export interface Subscriber {
  /** The granted filters. */
  readonly filters: Iterable<string>;
  readonly load: FilterLoad;
  has(filter: string): boolean;
  /** Subscribes the client to a filter that was rejected, with the requested options. */
  grant(filter: string): void;
}

interface RejectedFilters {
  readonly principal: Principal;
  readonly filters: Set<string>;
  characters: number;
}

export class MqttSubscriptions {
  readonly #authority: TopicAuthority;
  /** Filters that were rejected for lack of rights. */
  readonly #rejected = new Map<Subscriber, RejectedFilters>();

  constructor(authority: TopicAuthority) {
    this.#authority = authority;
  }

  /** `asWritten` may have the prefix of a shared subscription; an existing subscription is replaced [MQTT-3.8.4-3]. */
  authorize(subscriber: Subscriber, principal: Principal, asWritten: string): FilterOutcome {
    const filter = innerFilter(asWritten);
    if (!isValidFilter(filter)) return "bad-filter";
    if (isFull(subscriber.load, principal) && !subscriber.has(asWritten)) return "too-many";
    if (this.#authority.maySubscribe(principal, filter)) return "granted";
    const rejected = this.#rejected.get(subscriber) ?? { principal, filters: new Set<string>(), characters: 0 };
    const { filters, characters } = rejected;
    if (!filters.has(filter) && !isFull({ filters: filters.size, characters }, principal)) {
      filters.add(filter);
      rejected.characters += filter.length;
    }
    this.#rejected.set(subscriber, rejected);
    return "forbidden";
  }

  /** Grants rejected filters that are allowed now. */
  regrant(): void {
    for (const [subscriber, rejected] of this.#rejected) {
      const { principal, filters } = rejected;
      for (const filter of [...filters]) {
        if (!this.#authority.maySubscribe(principal, filter)) continue;
        filters.delete(filter);
        rejected.characters -= filter.length;
        subscriber.grant(filter);
      }
    }
  }

  /** Whether the client still has the rights to all its filters. */
  areAllowed({ filters }: Subscriber, principal: Principal): boolean {
    return [...filters].every((filter) => this.#authority.maySubscribe(principal, innerFilter(filter)));
  }

  ended(subscriber: Subscriber): void {
    this.#rejected.delete(subscriber);
  }
}

function isFull({ filters, characters }: FilterLoad, principal: Principal): boolean {
  const limits = LIMITS[isAuthenticated(principal) ? "known" : "anonymous"];
  return filters >= limits.filters || characters >= limits.characters;
}
