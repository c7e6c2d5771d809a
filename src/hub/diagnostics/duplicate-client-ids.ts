// Two clients with one id take each other's session over [MQTT-3.1.4-2], again and again: Pis that were set up from one image do
// so.

/** A client that comes back to its first address later than this has moved between networks. */
const TAKEOVER_WINDOW_MS = 60_000;
const MAX_CLIENT_IDS = 1_000;

interface Seen {
  readonly address: string;
  /** The previous address of the client id. */
  readonly before: string | null;
  readonly sinceMs: number;
}

export class DuplicateClientIds {
  /** By client id; the one that connected last is the last. */
  readonly #seen = new Map<string, Seen>();

  /** The address of the other client of that id; null where there is none. */
  connected(id: string, address: string, nowMs: number): string | null {
    const last = this.#seen.get(id);
    if (last?.address === address) return null;
    this.#seen.delete(id);
    this.#seen.set(id, { address, before: last?.address ?? null, sinceMs: nowMs });
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_CLIENT_IDS) break;
      this.#seen.delete(oldest);
    }
    return last?.before === address && nowMs - last.sinceMs <= TAKEOVER_WINDOW_MS ? last.address : null;
  }
}
