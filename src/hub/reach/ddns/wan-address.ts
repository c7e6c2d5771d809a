// This network's address on the internet, as services outside see it. Asked at most once a minute. One service is believed while
// it says what is known; a new address is taken when two agree, or when one alone answers: names are pointed at it.
import { isIPv4 } from "node:net";
import type { Clock } from "../../clock.ts";
import { ReachError } from "../reach-error.ts";
import { ask } from "../request.ts";

export interface WanAddressOptions {
  /** Each answers with the address that asks, as text. */
  readonly urls: readonly string[];
  readonly clock: Clock;
}

const MIN_ASK_INTERVAL_MS = 60_000;
const LOOKUP_TIMEOUT_MS = 2_000;

export class WanAddress {
  readonly #options: WanAddressOptions;
  #ipv4: string | null = null;
  #askedAtMs: number | null = null;
  #asking: Promise<string | null> | null = null;

  constructor(options: WanAddressOptions) {
    this.#options = options;
  }

  /** As it was found last; null while it is not known. */
  get ipv4(): string | null {
    return this.#ipv4;
  }

  /** Whether it has been asked for at all. */
  get isAsked(): boolean {
    return this.#askedAtMs !== null;
  }

  /** Asks, unless that was done within the minute; null when no service answers. */
  find(): Promise<string | null> {
    const nowMs = this.#options.clock.now();
    const isFresh = this.#askedAtMs !== null && Math.abs(nowMs - this.#askedAtMs) < MIN_ASK_INTERVAL_MS;
    if (isFresh && this.#asking === null) return Promise.resolve(this.#ipv4);
    this.#asking ??= this.#find().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #find(): Promise<string | null> {
    this.#askedAtMs = this.#options.clock.now();
    const [first, ...others] = this.#options.urls;
    const believed = first === undefined ? null : await lookUp(first);
    if (believed === null || believed !== this.#ipv4) {
      const answers = [believed, ...(await Promise.all(others.map(lookUp)))].filter((one) => one !== null);
      this.#ipv4 = agreed(answers);
    }
    return this.#ipv4;
  }
}

/** What two say, or all that say anything. */
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
