// How regularly a series comes, by the times of its readings, and how many are missing: between two that lie three paces apart
// two are. A series without a pace, such as that of a door, misses none. A few sums for each reading.

/** Of a pace, by which a distance may be off a whole number of paces. */
const TOLERANCE = 0.25;
/** How fast the pace follows the distances. */
const PACE_GAIN = 1 / 16;
const STEADINESS_GAIN = 1 / 32;
/** Distances at random are whole numbers of any pace in half of the cases. */
const STEADY_FROM = 0.8;
/** Below this the pace is learned anew. */
const LOST_BELOW = 0.3;
/**
 * So many distances of several paces, of which a single pace takes off two: the series has become slower, or its pace was learned
 * from two readings that came in one burst.
 */
const MAX_MULTIPLES = 8;
const MULTIPLES_PER_SINGLE = 2;
/** A longer silence is that of a device that was switched off. */
const MAX_SILENCE_MS = 3_600_000;

/** What a reading tells: of a series without a pace, nothing. */
export type Followed =
  | { readonly kind: "unsteady" }
  /** `missing`: readings that should have come before it, and are known now not to have. */
  | { readonly kind: "on-time"; readonly missing: number }
  /** It is older than others: it was counted as missing. */
  | { readonly kind: "late" };

const UNSTEADY: Followed = { kind: "unsteady" };
const LATE: Followed = { kind: "late" };
const NONE_MISSING: Followed = { kind: "on-time", missing: 0 };

export class Cadence {
  #lastMs: number;
  #paceMs = 0;
  /** From 0 to 1: the share of distances that are whole numbers of paces. */
  #steadiness = 0;
  /** Not counted until a distance of a single pace has shown that the pace is still the same. */
  #pending = 0;
  #multiples = 0;

  constructor(firstMs: number) {
    this.#lastMs = firstMs;
  }

  follow(ts: number): Followed {
    const distanceMs = ts - this.#lastMs;
    const isSteady = this.#steadiness >= STEADY_FROM;
    if (distanceMs <= 0) return distanceMs < 0 && isSteady ? LATE : UNSTEADY;
    this.#lastMs = ts;
    if (distanceMs > MAX_SILENCE_MS && distanceMs > 2 * this.#paceMs) {
      this.#pending = 0;
      return isSteady ? NONE_MISSING : UNSTEADY;
    }
    const paces = distanceMs / this.#paceMs;
    const whole = Math.round(paces);
    const isOnPace = this.#paceMs > 0 && whole >= 1 && Math.abs(paces - whole) <= TOLERANCE;
    this.#steadiness += ((isOnPace ? 1 : 0) - this.#steadiness) * STEADINESS_GAIN;
    if (isOnPace && whole === 1) {
      this.#paceMs += (distanceMs - this.#paceMs) * PACE_GAIN;
      this.#multiples = Math.max(0, this.#multiples - MULTIPLES_PER_SINGLE);
      const missing = this.#pending;
      this.#pending = 0;
      if (!isSteady) return UNSTEADY;
      return missing === 0 ? NONE_MISSING : { kind: "on-time", missing };
    }
    if (isOnPace) {
      this.#pending += whole - 1;
      this.#multiples++;
    }
    if (this.#multiples > MAX_MULTIPLES || (!isOnPace && this.#steadiness < LOST_BELOW)) this.#learn(distanceMs);
    return isSteady && isOnPace ? NONE_MISSING : UNSTEADY;
  }

  #learn(paceMs: number): void {
    this.#paceMs = paceMs;
    this.#multiples = 0;
    this.#pending = 0;
  }
}
