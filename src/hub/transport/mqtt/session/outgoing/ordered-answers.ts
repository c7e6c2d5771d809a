// Has a client's publishes settled in the order in which they came, whatever order their verdicts come in: they are forwarded
// in that order [MQTT-4.6.0-6], and acknowledged in it [MQTT-4.6.0-2].

/** A publish whose turn has not come; `settle` is null until its verdict is there. */
export interface Turn {
  settle: (() => void) | null;
  /** The one behind it. */
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

  /** Its verdict is there: `settle` is called once those before it are settled. */
  finish(turn: Turn, settle: () => void): void {
    turn.settle = settle;
    for (let first = this.#first; first?.settle != null; first = this.#first) {
      this.#first = first.next;
      if (this.#first === null) this.#last = null;
      // A turn that lives long enough to grow old would have V8 keep all behind it for as long.
      first.next = null;
      first.settle();
    }
  }
}
