// Topic aliases (MQTT 5, section 3.3.2.3.4): numbers that replace topics on one connection, separate for each direction.

/** In each direction of a connection. */
export const MAX_TOPIC_ALIASES = 64;

/** Aliases set by the client. */
export class IncomingAliases {
  readonly #topics = new Map<number, string>();

  /** The topic of a PUBLISH; `alias` is undefined where it has none. */
  resolve(topic: string, alias: number | undefined): { readonly topic: string } | "bad-alias" | "no-topic" {
    if (alias === undefined) return topic === "" ? "no-topic" : { topic };
    if (alias === 0 || alias > MAX_TOPIC_ALIASES) return "bad-alias";
    if (topic === "") {
      const known = this.#topics.get(alias);
      return known === undefined ? "no-topic" : { topic: known };
    }
    this.#topics.set(alias, topic);
    return { topic };
  }
}

/** `isNew`: the packet has to carry both the topic and the alias, which sets it. */
export interface OutgoingAlias {
  readonly alias: number;
  readonly isNew: boolean;
}

/** Aliases set by the hub: the first topics of a connection get one each. */
export class OutgoingAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();

  /** `maximum` is the client's Topic Alias Maximum. */
  constructor(maximum: number) {
    this.#maximum = Math.min(maximum, MAX_TOPIC_ALIASES);
  }

  /** Null where the topic has none and all are in use. */
  find(topic: string): OutgoingAlias | null {
    const known = this.#aliases.get(topic);
    if (known !== undefined) return { alias: known, isNew: false };
    return this.#aliases.size < this.#maximum ? { alias: this.#aliases.size + 1, isNew: true } : null;
  }

  /** The packet with a new alias has been sent. */
  learned(topic: string, alias: number): void {
    this.#aliases.set(topic, alias);
  }
}
