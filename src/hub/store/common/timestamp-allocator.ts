// Allocates a time to readings without one: that of receipt, or the next free millisecond of the series. Of each series one range
// is cached: taken up to `endMs`, free from there up to `untilMs`. Live readings stay inside it, so that a burst does not query the
// history.

interface Stretch {
  /** From here to `endMs`, that one not included, every millisecond is taken. */
  startMs: number;
  endMs: number;
  /** From `endMs` to here, that one not included, every millisecond is free. */
  untilMs: number;
}

/** The taken times of a series from a time on, ascending. */
export type TakenTimes = (series: number, fromMs: number) => Iterable<number>;

export class TimestampAllocator {
  readonly #takenTimes: TakenTimes;
  readonly #stretches = new Map<number, Stretch>();

  constructor(takenTimes: TakenTimes) {
    this.#takenTimes = takenTimes;
  }

  /** The first free time of `series` from `tsMs` on; it is taken from now on. */
  take(series: number, tsMs: number): number {
    let stretch = this.#stretches.get(series);
    if (stretch === undefined || tsMs < stretch.startMs || tsMs >= stretch.untilMs) {
      stretch = this.#lookUp(series, tsMs);
    }
    const freeMs = Math.max(tsMs, stretch.endMs);
    // The free part of the cached range is used up; later times are unknown.
    if (freeMs >= stretch.untilMs) return this.#allocateAfter(series, stretch);
    if (freeMs > stretch.endMs) stretch.startMs = freeMs;
    stretch.endMs = freeMs + 1;
    return freeMs;
  }

  /** `series` has a reading at `tsMs` now. */
  taken(series: number, tsMs: number): void {
    const stretch = this.#stretches.get(series);
    if (stretch === undefined || tsMs < stretch.endMs || tsMs >= stretch.untilMs) return;
    if (tsMs === stretch.endMs) stretch.endMs++;
    else stretch.untilMs = tsMs;
  }

  /** Forgets a series: it has readings at other times than before. */
  forget(series: number): void {
    this.#stretches.delete(series);
  }

  /** Forgets everything: allocations may have been rolled back. */
  clear(): void {
    this.#stretches.clear();
  }

  #allocateAfter(series: number, { startMs, untilMs }: Stretch): number {
    const behind = this.#lookUp(series, untilMs);
    behind.startMs = startMs;
    return behind.endMs++;
  }

  #lookUp(series: number, tsMs: number): Stretch {
    const stretch = { startMs: tsMs, endMs: tsMs, untilMs: Number.POSITIVE_INFINITY };
    for (const takenMs of this.#takenTimes(series, tsMs)) {
      if (takenMs > stretch.endMs) {
        stretch.untilMs = takenMs;
        break;
      }
      stretch.endMs = takenMs + 1;
    }
    this.#stretches.set(series, stretch);
    return stretch;
  }
}
