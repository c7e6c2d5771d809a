// Topic aliases (MQTT 5, section 3.3.2.3.4): numbers that stand for topics, for the length of a connection, each way its own.

/** Of a client's: what it may use, and what is used towards it. */
export const MAX_TOPIC_ALIASES = 64;

/** Those that the client uses. */
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

/** How to write a topic; `isNew` where the client has to learn the alias by this very packet. */
export interface OutgoingAlias {
  readonly alias: number;
  readonly isNew: boolean;
}

/** Those that the hub uses: the first topics of a connection get one each. */
export class OutgoingAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();

  /** `maximum` is what the client takes. */
  constructor(maximum: number) {
    this.#maximum = Math.min(maximum, MAX_TOPIC_ALIASES);
  }

  /** Null where there is none, and none is left. */
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
