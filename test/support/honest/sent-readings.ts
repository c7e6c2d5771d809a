// The readings that an honest device has sent, with their outcome. Latency counts from when a reading was due, so that a hub that
// stalls its clients cannot hide the delay.

export interface SentReading {
  readonly number: number;
  /** Its own time, which no other reading of the device has. */
  readonly tsMs: number;
  /** Of the monotonic clock. */
  readonly dueMs: number;
}

export class SentReadings {
  /** Those that the hub has acknowledged: their numbers, by their times. */
  readonly acknowledged = new Map<number, number>();
  readonly latenciesMs: number[] = [];
  /** Connections that ended while the device was still using them. */
  connectionsLost = 0;
  /** Answers that were no acknowledgement. */
  turnedAway = 0;
  readonly #unanswered = new Set<SentReading>();

  get unanswered(): ReadonlySet<SentReading> {
    return this.#unanswered;
  }

  add(reading: SentReading): void {
    this.#unanswered.add(reading);
  }

  acknowledge(reading: SentReading): void {
    if (!this.#unanswered.delete(reading)) return;
    this.acknowledged.set(reading.tsMs, reading.number);
    this.latenciesMs.push(performance.now() - reading.dueMs);
  }

  turnAway(reading: SentReading): void {
    this.#unanswered.delete(reading);
    this.turnedAway++;
  }
}
