// The buckets of one chart: the hub's response, extended by live readings. The window slides, and old buckets leave on the left.
// Values are stored as sent, and returned in the displayed unit.
import type { Chart } from "../../../shared/api.ts";
import type { Bucket } from "../../../shared/reading.ts";
import type { Point } from "../../api/feed/series.ts";
import { type Conversion, conversionOf } from "../../i18n/units.ts";
import { endState, heldStates, isOnOff, isPeriodic, isState, isUnclear, meanByTime } from "./on-off.ts";
import { resolutionOf } from "./resolution.ts";

export interface Summary {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** What is known of the series in addition to the response. */
export interface Known {
  /** The newest reading, which may be older than the window. */
  readonly latest?: Point | undefined;
  /** The state before the window; null where it is known that there is none. */
  readonly before?: number | null | undefined;
  /** The window stays where it is. */
  readonly isFixed?: boolean;
  readonly conversion?: Conversion | undefined;
  /** False where zeros and ones are numbers like others. */
  readonly mayBeStates?: boolean;
}

const AS_SENT = conversionOf(undefined, {});

export class BucketWindow {
  readonly #spanMs: number;
  readonly #stepMs: number;
  /** Every bucket starts a whole number of steps from here. */
  readonly #originMs: number;
  /** The end of the response: later readings can only come from the live feed. */
  readonly #answeredMs: number;
  #buckets: Bucket[];
  #endMs: number;
  #newest: Point | undefined;
  /** The value at the start of the window, if known. */
  #before: number | undefined;
  readonly #isFixed: boolean;
  readonly #conversion: Conversion;
  readonly #mayBeStates: boolean;

  constructor(chart: Chart, known: Known = {}) {
    const { latest, before, isFixed = false, conversion = AS_SENT, mayBeStates = true } = known;
    this.#mayBeStates = mayBeStates;
    this.#isFixed = isFixed;
    this.#conversion = conversion;
    this.#spanMs = chart.to - chart.from;
    this.#stepMs = chart.stepMs;
    this.#originMs = chart.from;
    this.#answeredMs = chart.to;
    this.#buckets = [...chart.buckets];
    this.#endMs = chart.to;
    this.#newest = latest;
    const isLatestBefore = latest !== undefined && latest.ts < chart.from;
    if (before !== null) this.#before = isLatestBefore ? latest.value : before;
  }

  get isFixed(): boolean {
    return this.#isFixed;
  }

  get buckets(): readonly Bucket[] {
    const { isSame, shown } = this.#conversion;
    if (isSame) return this.#buckets;
    return this.#buckets.map(({ t, min, max, avg, n }) => ({
      t,
      min: shown(min),
      max: shown(max),
      avg: shown(avg),
      n,
    }));
  }

  get stepMs(): number {
    return this.#stepMs;
  }

  get startMs(): number {
    return this.#endMs - this.#spanMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  /** Of the values as they are shown. */
  get resolution(): number | undefined {
    return this.#conversion.resolution(this.sentResolution);
  }

  /** See `resolutionOf`. */
  get sentResolution(): number | undefined {
    return resolutionOf(this.#buckets);
  }

  get before(): number | undefined {
    return this.#before;
  }

  /** Whether all known values are two states: it changes in steps. */
  get isOnOff(): boolean {
    if (!this.#mayBeStates || !this.#conversion.isSame) return false;
    if (this.#buckets.length > 0) return isOnOff(this.#buckets);
    return this.#newest !== undefined && this.#before !== undefined && isState(this.#before);
  }

  /** Whether both states were seen, and nothing else: zeros alone may be a count. */
  get hasTwoStates(): boolean {
    const isSeen = (state: number) =>
      this.#before === state || this.#buckets.some(({ min, max }) => min === state || max === state);
    return this.isOnOff && isSeen(0) && isSeen(1);
  }

  /** The states one after the other, where the series has two and sends them when they change; undefined otherwise. */
  get states(): readonly Bucket[] | undefined {
    if (!this.isOnOff || isPeriodic(this.#buckets, this.#stepMs)) return undefined;
    const before = this.#before !== undefined && isState(this.#before) ? this.#before : undefined;
    const { startMs, stepMs } = this;
    return heldStates(this.#buckets, { startMs, endMs: this.#endMs, stepMs, before, last: this.#lastState });
  }

  /** Whether the mean of two states is weighted by their durations, not by the number of readings. */
  get isMeanByTime(): boolean {
    return isPeriodic(this.#buckets, this.#stepMs) || !isUnclear(this.#buckets, this.#stepMs, this.#spanMs);
  }

  /**
   * Adds a reading to its bucket. A late one goes into an earlier bucket, unless the answer may contain it already: the
   * feed sends a reading shortly after the store can answer with it. True for a late one: the feed thins out readings
   * that come fast, so others that came with it may be missing.
   */
  add({ ts, value }: Point): boolean {
    if (ts < this.startMs || (this.#isFixed && ts >= this.#endMs)) return false;
    const t = this.#bucketOf(ts);
    const before = this.#buckets.findLastIndex((bucket) => bucket.t <= t);
    const known = this.#buckets[before];
    if (known?.t !== t) this.#buckets.splice(before + 1, 0, { t, min: value, max: value, avg: value, n: 1 });
    else if (ts >= this.#answeredMs || value < known.min || value > known.max)
      this.#buckets[before] = merged(known, value);
    const newestMs = Math.max(this.#newest?.ts ?? 0, this.#buckets.at(-1)?.t ?? 0);
    if (ts >= (this.#newest?.ts ?? 0)) this.#newest = { ts, value };
    return ts < newestMs;
  }

  /** Moves the right edge to now, or to the newest reading where a Pi's clock is ahead; a fixed window stays. */
  slideTo(nowMs: number): void {
    if (this.#isFixed) return;
    this.#endMs = Math.max(nowMs, this.#buckets.at(-1)?.t ?? 0);
    const { startMs } = this;
    const first = this.#buckets.findIndex((bucket) => bucket.t >= startMs);
    const count = first === -1 ? this.#buckets.length : first;
    const left = this.#buckets[count - 1];
    if (left === undefined) return;
    this.#before = endState(left, this.#buckets[count], this.#lastState);
    this.#buckets = this.#buckets.slice(count);
  }

  /** The bucket of a moment, or of the state that lasts then; undefined where there is none nearby. */
  at(ms: number): Bucket | undefined {
    const known = this.states ?? this.buckets;
    const index = known.findLastIndex((bucket) => bucket.t <= ms);
    const [before, after] = [known[index], known[index + 1]];
    if (before === undefined || this.states !== undefined) return before;
    const isNearerAfter = after !== undefined && after.t - ms < ms - before.t - this.#stepMs;
    return isNearerAfter ? after : before;
  }

  /** Of the visible readings; undefined without any. For two states the mean is weighted by time if known. */
  summary(): Summary | undefined {
    const states = this.isMeanByTime ? this.states : undefined;
    const shown = states ?? this.buckets;
    if (shown.length === 0) return undefined;
    let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
    for (const bucket of shown) {
      min = Math.min(min, bucket.min);
      max = Math.max(max, bucket.max);
      sum += bucket.avg * bucket.n;
      count += bucket.n;
    }
    if (states !== undefined) return { min, mean: meanByTime(states, this.#endMs), max };
    // A sum overflows where values are huge.
    const mean = Number.isFinite(sum) ? sum / count : shown.reduce((part, { avg, n }) => part + avg * (n / count), 0);
    return { min, mean, max };
  }

  #bucketOf(ts: number): number {
    return this.#originMs + Math.floor((ts - this.#originMs) / this.#stepMs) * this.#stepMs;
  }

  /** The value of the newest reading, unless a bucket is newer still. */
  get #lastState(): number | undefined {
    const lastMs = this.#buckets.at(-1)?.t ?? 0;
    return this.#newest !== undefined && this.#newest.ts >= lastMs ? this.#newest.value : undefined;
  }
}

function merged({ t, min, max, avg, n }: Bucket, value: number): Bucket {
  return { t, min: Math.min(min, value), max: Math.max(max, value), avg: avg + (value - avg) / (n + 1), n: n + 1 };
}
