// Bounds what the broker retains: it keeps a message for each topic in memory, however many there are.

const MESSAGES = 10_000;
const BYTES = 32 * 1024 * 1024;

export class RetainedBound {
  /** By topic: how large the message is. */
  readonly #retained = new Map<string, number>();
  #bytes = 0;

  /** True, and counted, where a message of so many bytes may be retained; one of none clears its topic. */
  admits(topic: string, bytes: number): boolean {
    const before = this.#retained.get(topic) ?? 0;
    const isFull = this.#retained.size >= MESSAGES && !this.#retained.has(topic);
    if (bytes > 0 && (isFull || this.#bytes - before + bytes > BYTES)) return false;
    this.#bytes += bytes - before;
    if (bytes === 0) this.#retained.delete(topic);
    else this.#retained.set(topic, bytes);
    return true;
  }
}
