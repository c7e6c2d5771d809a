// The mean of what arrived in each of the last seconds: devices that send every few seconds have a steady rate, and not 0 in between.

const SPAN_SECONDS = 10;

export class RecentRate {
  readonly #counts: number[] = [];

  /** Takes what arrived within the second that has passed; returns the mean per second. */
  add(count: number): number {
    this.#counts.push(count);
    if (this.#counts.length > SPAN_SECONDS) this.#counts.shift();
    return this.#counts.reduce((sum, one) => sum + one, 0) / this.#counts.length;
  }
}
