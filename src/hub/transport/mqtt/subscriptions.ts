// What clients may listen to. One that asks for the topic of a plug before a person adds the plug's switch is turned away,
// and most never ask again: what it asked for is granted when the switch is there.
import type { Identity, TopicAuthority } from "../../access/topic-authority.ts";
import { isSoundFilter } from "./validation.ts";

/** Of a client: how many filters it may have, and their characters, those that were turned away too. */
const LIMITS = {
  anonymous: { filters: 200, characters: 16 * 1024 },
  /** A home automation server listens on a topic of each entity. */
  known: { filters: 2_000, characters: 256 * 1024 },
} as const;

export type FilterOutcome = "granted" | "bad-filter" | "too-many" | "forbidden";

/** A client that subscribes. */
export interface Subscriber {
  /** The filters that it has. */
  readonly filters: Iterable<string>;
  /** Subscribes it to what was turned away, as it asked for it. */
  grant(filter: string): void;
}

interface TurnedAway {
  readonly identity: Identity;
  readonly filters: Set<string>;
}

export class MqttSubscriptions {
  readonly #authority: TopicAuthority;
  /** What clients of their kind may not subscribe to. */
  readonly #turnedAway = new Map<Subscriber, TurnedAway>();

  constructor(authority: TopicAuthority) {
    this.#authority = authority;
  }

  authorize(subscriber: Subscriber, identity: Identity, filter: string): FilterOutcome {
    if (!isSoundFilter(filter)) return "bad-filter";
    if (isFull(subscriber.filters, identity)) return "too-many";
    if (this.#authority.maySubscribe(identity, filter)) return "granted";
    const asked = this.#turnedAway.get(subscriber) ?? { identity, filters: new Set<string>() };
    if (!isFull(asked.filters, identity)) asked.filters.add(filter);
    this.#turnedAway.set(subscriber, asked);
    return "forbidden";
  }

  /** Grants what was turned away and may be had now. */
  regrant(): void {
    for (const [subscriber, { identity, filters }] of this.#turnedAway) {
      for (const filter of [...filters]) {
        if (!this.#authority.maySubscribe(identity, filter)) continue;
        filters.delete(filter);
        subscriber.grant(filter);
      }
    }
  }

  ended(subscriber: Subscriber): void {
    this.#turnedAway.delete(subscriber);
  }
}

function isFull(filters: Iterable<string>, identity: Identity): boolean {
  const limits = LIMITS[identity === "anonymous" ? "anonymous" : "known"];
  let count = 0;
  let characters = 0;
  for (const filter of filters) {
    count++;
    characters += filter.length;
  }
  return count >= limits.filters || characters >= limits.characters;
}
