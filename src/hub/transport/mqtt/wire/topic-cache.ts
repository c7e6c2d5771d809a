// Caches a value for each topic of a client, by the topic's bytes. Most clients publish on one topic: a lookup compares bytes
// and makes no string.

/** Of a client; most have one short topic. */
const MAX_TOPICS = 64;
const MAX_TOPIC_BYTES = 256;

interface Known<T> {
  /** The topic's bytes as Latin-1. */
  readonly key: string;
  readonly value: T;
}

export class TopicCache<T> {
  readonly #known = new Map<string, Known<T>>();
  /** The entry of the last lookup. */
  #latest: Known<T> | null = null;

  /** The value of the topic in these bytes; on a miss, `find` computes it. */
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
