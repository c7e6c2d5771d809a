// Settles a client's publishes in the order of their arrival, whatever the order of their verdicts: they are forwarded
// [MQTT-4.6.0-6] and acknowledged [MQTT-4.6.0-2] in that order.

/** A publish that is not settled; `settle` is null until it has its verdict. */
export interface Turn {
  settle: (() => void) | null;
  /** The publish behind it. */
  next: Turn | null;
}

export class OrderedAnswers {
  #first: Turn | null = null;
  #last: Turn | null = null;

  /** A publish has arrived. */
  begin(): Turn {
    const turn: Turn = { settle: null, next: null };
    if (this.#last === null) this.#first = turn;
    else this.#last.next = turn;
    this.#last = turn;
    return turn;
  }

  /** The publish has its verdict: `settle` is called once those before it are settled. */
  finish(turn: Turn, settle: () => void): void {
    turn.settle = settle;
    for (let first = this.#first; first?.settle != null; first = this.#first) {
      this.#first = first.next;
      if (this.#first === null) this.#last = null;
      // Unlinked: a turn that was promoted to V8's old generation would keep all later ones alive.
      first.next = null;
      first.settle();
    }
  }
}
