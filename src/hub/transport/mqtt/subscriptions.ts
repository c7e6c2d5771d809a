// What clients may listen to. One that asks for the topic of a plug before a person adds the plug's switch is turned away,
// and most never ask again: what it asked for is granted when the switch is there.
import type { Client, Subscription } from "aedes";
import type { Principal } from "../../access/principal.ts";
import type { TopicAuthority } from "../../access/topic-authority.ts";
import { isSoundFilter } from "./validation.ts";

const MAX_SUBSCRIPTIONS_PER_CLIENT = 200;
/** Of all filters of a client, those that were turned away too: each is kept in several places. */
const MAX_FILTER_CHARACTERS_PER_CLIENT = 16 * 1024;

export class MqttSubscriptions {
  readonly #authority: TopicAuthority;
  /** By client, and by filter: what clients of its kind may not subscribe to. */
  readonly #turnedAway = new Map<Client, Map<string, Subscription>>();

  constructor(authority: TopicAuthority) {
    this.#authority = authority;
  }

  /** Null where it is turned away. */
  authorize(client: Client, principal: Principal, subscription: Subscription): Subscription | null {
    const filter = subscription.topic;
    // Shared subscriptions are MQTT 5: the broker would grant one and deliver nothing.
    if (!isSoundFilter(filter) || filter.startsWith("$share/") || this.isFull(client)) return null;
    if (this.#authority.maySubscribe(principal, filter)) return subscription;
    const asked = this.#turnedAway.get(client) ?? new Map<string, Subscription>();
    if (!isFull(asked.keys())) this.#turnedAway.set(client, asked.set(filter, { ...subscription }));
    return null;
  }

  /** It has as many as a client may have. */
  isFull(client: Client): boolean {
    return isFull(filtersOf(client));
  }

  /** Grants what was turned away and may be had now. */
  regrant(principalOf: (client: Client) => Principal): void {
    for (const [client, asked] of this.#turnedAway) {
      const granted = [...asked.values()].filter(({ topic }) =>
        this.#authority.maySubscribe(principalOf(client), topic),
      );
      for (const { topic } of granted) asked.delete(topic);
      // The broker cannot do without the callback.
      if (granted.length > 0) client.subscribe(granted, () => undefined);
    }
  }

  /** Whether it may still have all that was granted to it. */
  areAllowed(client: Client, principal: Principal): boolean {
    return filtersOf(client).every((filter) => this.#authority.maySubscribe(principal, filter));
  }

  ended(client: Client): void {
    this.#turnedAway.delete(client);
  }
}

function filtersOf(client: Client): string[] {
  return "subscriptions" in client ? Object.keys(client.subscriptions ?? {}) : [];
}

function isFull(filters: Iterable<string>): boolean {
  let count = 0;
  let characters = 0;
  for (const filter of filters) {
    count++;
    characters += filter.length;
  }
  return count >= MAX_SUBSCRIPTIONS_PER_CLIENT || characters >= MAX_FILTER_CHARACTERS_PER_CLIENT;
}
