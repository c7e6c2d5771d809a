// What is known of the topics that a client publishes on, by their bytes. Most clients publish on one, again and again: that
// costs a comparison of bytes, and no text is made of them.

/** Topics of a client that are remembered; most have one, and it is short. */
const MAX_TOPICS = 64;
const MAX_TOPIC_BYTES = 256;

interface Known<T> {
  /** A character for each byte of the topic. */
  readonly key: string;
  readonly value: T;
}

export class KnownTopics<T> {
  readonly #known = new Map<string, Known<T>>();
  /** The one that was asked for last. */
  #latest: Known<T> | null = null;

  /** What is known of the topic that lies there; where that is nothing, what `find` answers is known from then on. */
  get(bytes: Buffer, start: number, end: number, find: (topic: string) => T): T {
    if (this.#latest !== null && isSame(this.#latest.key, bytes, start, end)) return this.#latest.value;
    if (end - start > MAX_TOPIC_BYTES) return find(bytes.toString("utf8", start, end));
    const key = bytes.toString("latin1", start, end);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { key, value: find(bytes.toString("utf8", start, end)) };
      if (this.#known.size >= MAX_TOPICS) this.#known.clear();
      this.#known.set(key, known);
    }
    this.#latest = known;
    return known.value;
  }

  clear(): void {
    this.#known.clear();
    this.#latest = null;
  }
}

function isSame(key: string, bytes: Buffer, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
