// This network's address on the internet, as services outside see it, looked up at most once a minute. While the first service
// confirms the known address, no other is asked; a new address needs two that agree, or one where it alone answers, since DNS
// names are set to it.
import { isIPv4 } from "node:net";
import type { Clock } from "../../clock.ts";
import { ReachError } from "../reach-error.ts";
import { ask } from "../request.ts";

export interface WanAddressOptions {
  /** Each responds with the client's address as text. */
  readonly urls: readonly string[];
  readonly clock: Clock;
}

const MIN_LOOKUP_INTERVAL_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 2_000;

export class WanAddress {
  readonly #options: WanAddressOptions;
  #ipv4: string | null = null;
  #lookedUpAtMs: number | null = null;
  #lookup: Promise<string | null> | null = null;

  constructor(options: WanAddressOptions) {
    this.#options = options;
  }

  /** The last result; null while unknown. */
  get ipv4(): string | null {
    return this.#ipv4;
  }

  /** Whether it has been looked up at all. */
  get isLookedUp(): boolean {
    return this.#lookedUpAtMs !== null;
  }

  /** Looks it up, unless it was looked up within the last minute; null where no service answers. */
  find(): Promise<string | null> {
    const nowMs = this.#options.clock.now();
    const isFresh = this.#lookedUpAtMs !== null && Math.abs(nowMs - this.#lookedUpAtMs) < MIN_LOOKUP_INTERVAL_MS;
    if (isFresh && this.#lookup === null) return Promise.resolve(this.#ipv4);
    this.#lookup ??= this.#find().finally(() => {
      this.#lookup = null;
    });
    return this.#lookup;
  }

  async #find(): Promise<string | null> {
    this.#lookedUpAtMs = this.#options.clock.now();
    const [first, ...others] = this.#options.urls;
    const confirmed = first === undefined ? null : await lookUp(first);
    if (confirmed === null || confirmed !== this.#ipv4) {
      const answers = [confirmed, ...(await Promise.all(others.map(lookUp)))].filter((one) => one !== null);
      this.#ipv4 = agreed(answers);
    }
    return this.#ipv4;
  }
}

/** The address that two services answered, or the only answer. */
function agreed(answers: readonly string[]): string | null {
  const repeated = answers.find((address, index) => answers.indexOf(address) < index);
  if (repeated !== undefined) return repeated;
  const [only = null, ...others] = answers;
  return others.length === 0 ? only : null;
}

/** Null where the service cannot be asked, or answers something else. */
async function lookUp(url: string): Promise<string | null> {
  const service = new URL(url).host;
  try {
    const { status, text } = await ask(url, { service, family: 4, timeoutMs: LOOKUP_TIMEOUT_MS });
    const address = text.trim();
    return status === 200 && isIPv4(address) ? address : null;
  } catch (error) {
    if (error instanceof ReachError) return null;
    throw error;
  }
}
