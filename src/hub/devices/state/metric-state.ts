// One metric of a device: what it last was, and how often it speaks, so that a sensor that fell silent is known for it.
// How often is learned from the pauses between its messages, by the hub's clock or by the readings' own times, whichever is
// longer: what a device sends after it was offline comes in a burst, and a batch comes at once.

import { Cadence, type Followed } from "./cadence.ts";

const REMEMBERED_PAUSES = 8;
/** Fewer say too little. */
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

  /** Takes in a reading; true where the metric was stale until now. */
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

  /** How long it is usually silent between two messages; null while that is not known. */
  get usualPauseMs(): number | null {
    if (this.#pausesMs.length < MIN_PAUSES) return this.#learnedMs;
    // Of the last pauses the second longest: a sensor may be irregular, and have been away once. Asked of half a million
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
