// One metric of a device: its latest reading, and its usual pause, by which a sensor that stopped sending is stale. The pause is
// learned from those between its messages, by the hub's clock or by the readings' own times, whichever is longer: after a device
// was offline its readings come in a burst, and those of a batch come at once.

import { Cadence, type Followed } from "./cadence.ts";

const REMEMBERED_PAUSES = 8;
/** With fewer pauses nothing is known. */
const MIN_PAUSES = 4;
const MISSED_READINGS = 3;
const MIN_SILENCE_MS = 15_000;

export class MetricState {
  ts: number;
  value: number;
  isStale = false;
  #receivedAtMs: number;
  /** Of an earlier run of the hub; null where it had not learned it. */
  readonly #learnedMs: number | null;
  readonly #pausesMs: number[] = [];
  #count = 0;
  /** From the second reading on. */
  #cadence: Cadence | null = null;

  constructor(ts: number, value: number, receivedAtMs: number, learnedMs: number | null = null) {
    this.ts = ts;
    this.value = value;
    this.#receivedAtMs = receivedAtMs;
    this.#learnedMs = learnedMs;
  }

  /** Updates the metric with a reading; true where it was stale until now. */
  update(ts: number, value: number, nowMs: number): boolean {
    // Readings of one message are received at the same moment.
    if (nowMs > this.#receivedAtMs) {
      this.#pausesMs[this.#count++ % REMEMBERED_PAUSES] = Math.max(nowMs - this.#receivedAtMs, ts - this.ts);
    }
    this.#receivedAtMs = nowMs;
    if (ts >= this.ts) {
      this.ts = ts;
      this.value = value;
    }
    const wasStale = this.isStale;
    this.isStale = false;
    return wasStale;
  }

  /** Where a reading that `update` is about to take in stands in the series. */
  follow(ts: number): Followed {
    this.#cadence ??= new Cadence(this.ts);
    return this.#cadence.follow(ts);
  }

  /** The usual pause between two messages; null while that is not known. */
  get usualPauseMs(): number | null {
    if (this.#pausesMs.length < MIN_PAUSES) return this.#learnedMs;
    // The second longest of the last pauses: a sensor may be irregular, and have been offline once. Computed for half a million
    // metrics at a time, so nothing is sorted.
    let longestMs = 0;
    let secondMs = 0;
    for (const pauseMs of this.#pausesMs) {
      if (pauseMs > longestMs) [longestMs, secondMs] = [pauseMs, longestMs];
      else if (pauseMs > secondMs) secondMs = pauseMs;
    }
    return secondMs;
  }

  /** After how long a silence it is stale; null where that is unknown. */
  get silenceMs(): number | null {
    const usualMs = this.usualPauseMs;
    return usualMs === null ? null : Math.max(MIN_SILENCE_MS, MISSED_READINGS * usualMs);
  }

  /** When it is stale if no reading of it comes; null where that is unknown. */
  get staleAtMs(): number | null {
    const { silenceMs } = this;
    return silenceMs === null ? null : this.#receivedAtMs + silenceMs;
  }
}
