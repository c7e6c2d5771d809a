// Local time in an IANA time zone -> milliseconds UTC. When clocks are set forward an hour is missing, and there was no such time;
// when they are set back an hour occurs twice, and the order of the readings decides which one is meant.
import { DAY_MS } from "../../shared/time.ts";
import { offsetFinder } from "../export/zoned-time.ts";

/** Offsets change on quarter hours only. */
const QUARTER_HOUR_MS = 900_000;

export class ZoneClock {
  readonly #offsetMs: (tsMs: number) => number;
  #quarter = Number.NaN;
  /** Of the quarter hour: what the zone may be ahead of UTC by. */
  #offsets: readonly number[] = [];

  constructor(zone: string) {
    const find = offsetFinder(zone);
    this.#offsetMs = (tsMs) => find(tsMs).ms;
  }

  /**
   * The moments at which clocks showed `localMs` (as if it were UTC), earliest first: one as a rule, none in the hour that is
   * left out, two in the one that comes twice.
   */
  moments(localMs: number): number[] {
    const quarter = Math.floor(localMs / QUARTER_HOUR_MS);
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#offsets = this.#offsetsOf(quarter * QUARTER_HOUR_MS);
    }
    return this.#offsets.map((offsetMs) => localMs - offsetMs);
  }

  #offsetsOf(localMs: number): number[] {
    // Clocks are not set twice within a day.
    const around = [this.#offsetMs(localMs - DAY_MS), this.#offsetMs(localMs + DAY_MS)];
    const possible = [...new Set(around)].filter((offsetMs) => this.#offsetMs(localMs - offsetMs) === offsetMs);
    // The larger offset is the earlier moment.
    return possible.sort((a, b) => b - a);
  }
}

/**
 * Of the moments that a reading may be of, earliest first, the one that goes on from the reading before it in its series; a file
 * may run backwards.
 */
export function nextMoment(
  moments: readonly number[],
  beforeMs: number | undefined,
  isBackwards: boolean,
): number | undefined {
  if (beforeMs === undefined) return moments[0];
  if (isBackwards) return moments.findLast((ms) => ms < beforeMs) ?? moments[0];
  return moments.find((ms) => ms > beforeMs) ?? moments.at(-1);
}
