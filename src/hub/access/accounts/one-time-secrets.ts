// Secrets that are valid once and for a short time: sign-in links, and tickets of live connections. They are held in memory.
import type { Clock } from "../../clock.ts";
import { makeSecret } from "../secrets.ts";

const MAX_SECRETS = 1_000;

export interface OneTimeSecret {
  readonly secret: string;
  /** Milliseconds UTC. */
  readonly expiresMs: number;
}

export class OneTimeSecrets<T> {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #open = new Map<string, { readonly value: T; readonly expiresMs: number }>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** Over the limit the oldest end early. */
  make(value: T): OneTimeSecret {
    const secret = makeSecret();
    const expiresMs = this.#clock.now() + this.#lifeMs;
    this.#open.set(secret, { value, expiresMs });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_SECRETS) break;
      this.#open.delete(oldest);
    }
    return { secret, expiresMs };
  }

  /** The subject that it was made for; null where it is invalid, as it is after the first time. */
  redeem(secret: string): T | null {
    const found = this.#open.get(secret);
    this.#open.delete(secret);
    return found !== undefined && this.#clock.now() <= found.expiresMs ? found.value : null;
  }

  /** Revokes those of matching subjects. */
  revoke(matches: (value: T) => boolean): void {
    for (const [secret, { value }] of this.#open) if (matches(value)) this.#open.delete(secret);
  }
}
