// Learns the period of a series (its pace) from the times of its readings, and counts missing readings: two, where neighbours are
// three paces apart. A series without a pace, such as a door contact's, misses none. It costs a few additions a reading.

/** The fraction of a pace by which a distance may differ from a whole number of paces. */
const TOLERANCE = 0.25;
/** Weight of a new distance in the moving average. */
const PACE_GAIN = 1 / 16;
const STEADINESS_GAIN = 1 / 32;
/** Half of all random distances count as whole numbers of any pace. */
const STEADY_FROM = 0.8;
/** Below this the pace is learned again. */
const LOST_BELOW = 0.3;
/**
 * The limit of distances over one pace, of which each distance of a single pace subtracts two. Beyond it the pace is learned again:
 * the series has become slower, or the pace was learned from two readings of one burst.
 */
const MAX_MULTIPLES = 8;
const MULTIPLES_PER_SINGLE = 2;
/** A longer silence is taken for a device that was switched off. */
const MAX_SILENCE_MS = 3_600_000;

/** What a reading shows; nothing, in a series without a pace. */
export type Followed =
  | { readonly kind: "unsteady" }
  /** `missing`: readings that should have come before it, and are known now not to have. */
  | { readonly kind: "on-time"; readonly missing: number }
  /** It is older than the newest reading, and was counted as missing. */
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
