// A queue that processes a few items in each turn of the event loop, so that other work runs in between: the system delivers
// hundreds of new connections at once, and as many may have to be closed.

export class TurnQueue<Item> {
  readonly #perTurn: number;
  readonly #work: (item: Item) => void;
  #items: Item[] = [];
  /** Processed in this turn. */
  #processed = 0;
  #isScheduled = false;

  constructor(perTurn: number, work: (item: Item) => void) {
    this.#perTurn = perTurn;
    this.#work = work;
  }

  /** Processes the item in one of the next turns. */
  push(item: Item): void {
    this.#items.push(item);
    this.#schedule();
  }

  /** Processes the item now, where this turn has room for it. */
  pushOrProcess(item: Item): void {
    if (this.#items.length > 0 || this.#processed === this.#perTurn) {
      this.push(item);
      return;
    }
    this.#processed++;
    this.#schedule();
    this.#work(item);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#isScheduled = false;
    const items = this.#items.splice(0, this.#perTurn);
    this.#processed = items.length;
    if (items.length > 0) this.#schedule();
    for (const item of items) this.#work(item);
  }
}
