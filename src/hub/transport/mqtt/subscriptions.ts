// What clients may listen to. One that asks for the topic of a plug before a person adds the plug's switch is turned away,
// and most never ask again: what it asked for is granted when the switch is there.
import { isProven, type Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import { innerFilter } from "./messages/subscription.ts";
import { isSoundFilter } from "./validation.ts";

/** Of a client: how many filters it may have, and their characters, those that were turned away too. */
const LIMITS = {
  anonymous: { filters: 200, characters: 16 * 1024 },
  /** A home automation server listens on a topic of each entity. */
  known: { filters: 2_000, characters: 256 * 1024 },
} as const;

export type FilterOutcome = "granted" | "bad-filter" | "too-many" | "forbidden";

/** How many filters there are, and how long they are together. */
export interface FilterLoad {
  readonly filters: number;
  readonly characters: number;
}

/** A client that subscribes. */
export interface Subscriber {
  /** The filters that it has. */
  readonly filters: Iterable<string>;
  readonly load: FilterLoad;
  has(filter: string): boolean;
  /** Subscribes it to what was turned away, as it asked for it. */
  grant(filter: string): void;
}

interface TurnedAway {
  readonly principal: Principal;
  readonly filters: Set<string>;
  characters: number;
}

export class MqttSubscriptions {
  readonly #authority: TopicAuthority;
  /** What clients of their kind may not subscribe to. */
  readonly #turnedAway = new Map<Subscriber, TurnedAway>();

  constructor(authority: TopicAuthority) {
    this.#authority = authority;
  }

  /** `asWritten` is a filter as the client wrote it; one that it has is replaced [MQTT-3.8.4-3]. */
  authorize(subscriber: Subscriber, principal: Principal, asWritten: string): FilterOutcome {
    const filter = innerFilter(asWritten);
    if (!isSoundFilter(filter)) return "bad-filter";
    if (isFull(subscriber.load, principal) && !subscriber.has(asWritten)) return "too-many";
    if (this.#authority.maySubscribe(principal, filter)) return "granted";
    const asked = this.#turnedAway.get(subscriber) ?? { principal, filters: new Set<string>(), characters: 0 };
    const { filters, characters } = asked;
    if (!filters.has(filter) && !isFull({ filters: filters.size, characters }, principal)) {
      filters.add(filter);
      asked.characters += filter.length;
    }
    this.#turnedAway.set(subscriber, asked);
    return "forbidden";
  }

  /** Grants what was turned away and may be had now. */
  regrant(): void {
    for (const [subscriber, asked] of this.#turnedAway) {
      const { principal, filters } = asked;
      for (const filter of [...filters]) {
        if (!this.#authority.maySubscribe(principal, filter)) continue;
        filters.delete(filter);
        asked.characters -= filter.length;
        subscriber.grant(filter);
      }
    }
  }

  /** Whether it may still have all that was granted to it. */
  areAllowed({ filters }: Subscriber, principal: Principal): boolean {
    return [...filters].every((filter) => this.#authority.maySubscribe(principal, innerFilter(filter)));
  }

  ended(subscriber: Subscriber): void {
    this.#turnedAway.delete(subscriber);
  }
}

function isFull({ filters, characters }: FilterLoad, principal: Principal): boolean {
  const limits = LIMITS[isProven(principal) ? "known" : "anonymous"];
  return filters >= limits.filters || characters >= limits.characters;
}
