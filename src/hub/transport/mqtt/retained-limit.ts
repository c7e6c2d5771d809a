// Bounds what the broker retains: it keeps a message for each topic in memory, however many there are.

const MAX_MESSAGES = 10_000;

export class RetainedLimit {
  readonly #maxBytes: number;
  /** By topic: how large the message is. */
  readonly #retained = new Map<string, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True, and counted, where a message of so many bytes may be retained; one of none clears its topic. */
  admits(topic: string, bytes: number): boolean {
    const before = this.#retained.get(topic) ?? 0;
    const isFull = this.#retained.size >= MAX_MESSAGES && !this.#retained.has(topic);
    if (bytes > 0 && (isFull || this.#bytes - before + bytes > this.#maxBytes)) return false;
    this.#bytes += bytes - before;
    if (bytes === 0) this.#retained.delete(topic);
    else this.#retained.set(topic, bytes);
    return true;
  }
}
