// A fair sample: a bounded number of rows a second, shared among the senders. A flooding sender never displaces an occasional one:
// without capacity, a row of the sender with the most recent rows is dropped.
// Invariant: every row that was offered is either in the sample or counted as left out.

/** The decay of a sender's count in a second. Senders of equal rates so take turns for some 20 s. */
const DECAY_PER_SECOND = 0.9;
const MIN_COUNT = 0.1;

interface Sampled<Row> {
  readonly sender: string;
  readonly row: Row;
}

export class FairSample<Row> {
  readonly #perSecond: number;
  /** By sender: recent rows, with decay. */
  readonly #recentBySender = new Map<string, number>();
  #sampled: Sampled<Row>[] = [];
  #leftOut = 0;
  /** A token bucket, in rows: a burst after a quiet second is shown completely. */
  #capacity: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#capacity = perSecond;
  }

  /** `make` is called if the row is sampled. */
  offer(sender: string, make: () => Row): void {
    const shown = this.#recentBySender.get(sender) ?? 0;
    if (this.#sampled.length >= Math.floor(this.#capacity) && !this.#evictFor(shown)) {
      this.#leftOut++;
      return;
    }
    this.#sampled.push({ sender, row: make() });
    this.#recentBySender.set(sender, shown + 1);
  }

  /** Counts rows that were not offered, or not shown. */
  countOmitted(messages: number): void {
    this.#leftOut += messages;
  }

  /** The rows since the last call, in order of arrival. */
  take(): { readonly rows: Row[]; readonly leftOut: number } {
    const taken = { rows: this.#sampled.map(({ row }) => row), leftOut: this.#leftOut };
    this.#capacity -= this.#sampled.length;
    this.#sampled = [];
    this.#leftOut = 0;
    return taken;
  }

  /** Refills the capacity. */
  elapsed(ms: number): void {
    this.#capacity = Math.min(this.#perSecond, this.#capacity + (this.#perSecond * ms) / 1_000);
  }

  /** To be called every second: lets the counts of senders decay. */
  tick(): void {
    for (const [sender, shown] of this.#recentBySender) {
      const left = shown * DECAY_PER_SECOND;
      if (left < MIN_COUNT) this.#recentBySender.delete(sender);
      else this.#recentBySender.set(sender, left);
    }
  }

  /** Drops a row of the sender with most recent rows, where that is more than one row ahead. */
  #evictFor(shown: number): boolean {
    let most = shown + 1;
    let index = -1;
    for (const [at, { sender }] of this.#sampled.entries()) {
      const of = this.#recentBySender.get(sender) ?? 0;
      if (of > most) [most, index] = [of, at];
    }
    const [dropped] = index < 0 ? [] : this.#sampled.splice(index, 1);
    if (dropped === undefined) return false;
    this.#recentBySender.set(dropped.sender, most - 1);
    this.#leftOut++;
    return true;
  }
}
