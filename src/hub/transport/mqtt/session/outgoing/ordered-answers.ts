// Has a client's publishes settled in the order in which they came, whatever order their verdicts come in: they are forwarded
// in that order [MQTT-4.6.0-6], and acknowledged in it [MQTT-4.6.0-2].

/** Of those that are settled and still in the list. */
const MAX_SETTLED_TURNS = 1_000;

/** A publish whose turn has not come; `settle` is null until its verdict is there. */
export interface Turn {
  settle: (() => void) | null;
}

export class OrderedAnswers {
  /** Those before `#next` are settled. */
  #turns: Turn[] = [];
  #next = 0;

  /** A publish has arrived. */
  begin(): Turn {
    const turn: Turn = { settle: null };
    this.#turns.push(turn);
    return turn;
  }

  /** Its verdict is there: `settle` is called once those before it are settled. */
  finish(turn: Turn, settle: () => void): void {
    turn.settle = settle;
    for (let first = this.#turns[this.#next]; first?.settle != null; first = this.#turns[this.#next]) {
      this.#next++;
      first.settle();
    }
    // A client that always has something open never empties the list.
    if (this.#next < this.#turns.length && this.#next < MAX_SETTLED_TURNS) return;
    this.#turns.splice(0, this.#next);
    this.#next = 0;
  }
}
