// A queue that processes a few items in each turn of the event loop, so that other work runs in between: the system delivers
// hundreds of new connections at once.

export class TurnQueue<Item> {
  readonly #perTurn: number;
  readonly #work: (item: Item) => void;
  #items: Item[] = [];
  #isScheduled = false;

  constructor(perTurn: number, work: (item: Item) => void) {
    this.#perTurn = perTurn;
    this.#work = work;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#items.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (const item of this.#items.splice(0, this.#perTurn)) this.#work(item);
      this.#schedule();
    });
  }
}
