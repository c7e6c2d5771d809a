// Counts the messages in one direction of a connection, and their recent rate.

/** Of an exponential moving average over about ten seconds. */
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
