// Counts the messages of one direction of a connection, and how many there were a second lately.

/** A second weighs a tenth: the rate is that of the last ten seconds or so. */
const WEIGHT_OF_A_SECOND = 0.1;

export class Traffic {
  messages = 0;
  #counted = 0;
  #perSecond = 0;

  /** To be called every second. */
  tick(): void {
    const messages = this.messages - this.#counted;
    this.#counted = this.messages;
    this.#perSecond += (messages - this.#perSecond) * WEIGHT_OF_A_SECOND;
  }

  get perSecond(): number {
    return Math.round(this.#perSecond * 10) / 10;
  }
}
