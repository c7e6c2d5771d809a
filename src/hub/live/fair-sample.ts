// A fair sample: a bounded number of rows a second, shared among the senders. One that floods never displaces one that sends now
// and then: where there is no room, a row of the sender with most recent rows is dropped.
// Invariant: every row that was offered is either in the sample or counted as left out.

/** The decay of a sender's count in a second. Senders of equal rates so take turns for some 20 s. */
const REMEMBERED_PER_SECOND = 0.9;
const MIN_SHOWN = 0.1;

interface Sampled<Row> {
  readonly sender: string;
  readonly row: Row;
}

export class FairSample<Row> {
  readonly #perSecond: number;
  /** By sender: recent rows, with decay. */
  readonly #shown = new Map<string, number>();
  #sampled: Sampled<Row>[] = [];
  #leftOut = 0;
  /** Rows that there is room for: a burst after a quiet second is shown whole. */
  #room: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#room = perSecond;
  }

  /** `make` is called where the row is in the sample. */
  offer(sender: string, make: () => Row): void {
    const shown = this.#shown.get(sender) ?? 0;
    if (this.#sampled.length >= Math.floor(this.#room) && !this.#makeWayFor(shown)) {
      this.#leftOut++;
      return;
    }
    this.#sampled.push({ sender, row: make() });
    this.#shown.set(sender, shown + 1);
  }

  /** Counts rows that were not offered, or not shown. */
  leaveOut(messages: number): void {
    this.#leftOut += messages;
  }

  /** The rows since the last call, in order of arrival. */
  take(): { readonly rows: Row[]; readonly leftOut: number } {
    const taken = { rows: this.#sampled.map(({ row }) => row), leftOut: this.#leftOut };
    this.#room -= this.#sampled.length;
    this.#sampled = [];
    this.#leftOut = 0;
    return taken;
  }

  /** Adds the room of the time that has passed. */
  elapsed(ms: number): void {
    this.#room = Math.min(this.#perSecond, this.#room + (this.#perSecond * ms) / 1_000);
  }

  /** To be called every second: lets the counts of senders decay. */
  tick(): void {
    for (const [sender, shown] of this.#shown) {
      const left = shown * REMEMBERED_PER_SECOND;
      if (left < MIN_SHOWN) this.#shown.delete(sender);
      else this.#shown.set(sender, left);
    }
  }

  /** Drops a row of the sender with most recent rows, where that is more than one row ahead. */
  #makeWayFor(shown: number): boolean {
    let most = shown + 1;
    let index = -1;
    for (const [at, { sender }] of this.#sampled.entries()) {
      const of = this.#shown.get(sender) ?? 0;
      if (of > most) [most, index] = [of, at];
    }
    const [dropped] = index < 0 ? [] : this.#sampled.splice(index, 1);
    if (dropped === undefined) return false;
    this.#shown.set(dropped.sender, most - 1);
    this.#leftOut++;
    return true;
  }
}
