// A few of many: at most so many a second, shared fairly among those who send. One that floods never crowds out one that sends
// now and then: where there is no room, a row of the sender that was shown most of late makes way.
// Invariant: what was offered is either kept or counted as left out.

/** What is left after a second of how often a sender was shown. Many that send alike so take turns for some 20 s. */
const REMEMBERED_PER_SECOND = 0.9;
const FORGOTTEN_SHOWN = 0.1;

interface Kept<Row> {
  readonly sender: string;
  readonly row: Row;
}

export class FairSample<Row> {
  readonly #perSecond: number;
  /** By sender: rows shown of late. */
  readonly #shown = new Map<string, number>();
  #kept: Kept<Row>[] = [];
  #leftOut = 0;
  /** Rows that may be shown now: a burst after a quiet second is shown whole. */
  #room: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#room = perSecond;
  }

  /** `make` is called where the row is kept. */
  offer(sender: string, make: () => Row): void {
    const shown = this.#shown.get(sender) ?? 0;
    if (this.#kept.length >= Math.floor(this.#room) && !this.#makeWayFor(shown)) {
      this.#leftOut++;
      return;
    }
    this.#kept.push({ sender, row: make() });
    this.#shown.set(sender, shown + 1);
  }

  /** Counts those that were not offered, or not shown after all. */
  leaveOut(messages: number): void {
    this.#leftOut += messages;
  }

  /** What was kept since the last time, in the order in which it came. */
  take(): { readonly rows: Row[]; readonly leftOut: number } {
    const taken = { rows: this.#kept.map(({ row }) => row), leftOut: this.#leftOut };
    this.#room -= this.#kept.length;
    this.#kept = [];
    this.#leftOut = 0;
    return taken;
  }

  /** Makes room as time goes by. */
  elapsed(ms: number): void {
    this.#room = Math.min(this.#perSecond, this.#room + (this.#perSecond * ms) / 1_000);
  }

  /** To be called every second: forgets slowly who was shown. */
  tick(): void {
    for (const [sender, shown] of this.#shown) {
      const left = shown * REMEMBERED_PER_SECOND;
      if (left < FORGOTTEN_SHOWN) this.#shown.delete(sender);
      else this.#shown.set(sender, left);
    }
  }

  /** Drops a row of the sender that was shown most, where that is more than one row ahead. */
  #makeWayFor(shown: number): boolean {
    let most = shown + 1;
    let index = -1;
    for (const [at, { sender }] of this.#kept.entries()) {
      const of = this.#shown.get(sender) ?? 0;
      if (of > most) [most, index] = [of, at];
    }
    const [dropped] = index < 0 ? [] : this.#kept.splice(index, 1);
    if (dropped === undefined) return false;
    this.#shown.set(dropped.sender, most - 1);
    this.#leftOut++;
    return true;
  }
}
