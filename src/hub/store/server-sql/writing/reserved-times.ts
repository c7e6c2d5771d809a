// Times of readings that came without one, and wait elsewhere until the server is back. They are given here, so that no other reading of
// the series gets one of them: neither one that waits, too, nor one that goes to the server meanwhile and would be written over later.
import type { SeriesKey } from "../../../../shared/reading.ts";
import type { Series, SeriesDirectory } from "./series-directory.ts";

/**
 * Of a series with over a thousand readings a second without times, these run ahead of the clock. Since a restart nobody knows which
 * times were given: the newest one counts as such where it is so far ahead at most. A device's own time may be further ahead, and moves
 * nothing.
 */
export const MAX_AHEAD_MS = 10 * 60_000;

export class ReservedTimes {
  readonly #directory: SeriesDirectory;
  readonly #reserved = new Set<Series>();

  constructor(directory: SeriesDirectory) {
    this.#directory = directory;
  }

  /** A time for a reading: that of receipt, behind all that were given in its series. */
  give(key: SeriesKey, receivedAtMs: number): number {
    const { tipMs, allocatedMs } = this.#directory.of(key.device, key.metric);
    let tsMs = Math.max(receivedAtMs, allocatedMs + 1);
    if (tipMs >= tsMs && tipMs - tsMs < MAX_AHEAD_MS) tsMs = tipMs + 1;
    this.reserve(key, tsMs);
    return tsMs;
  }

  /** A reading that waits has this time. */
  reserve({ device, metric }: SeriesKey, tsMs: number): void {
    const series = this.#directory.of(device, metric);
    series.reservedMs = Math.max(series.reservedMs, tsMs);
    this.#directory.noteAllocated(series.number, tsMs);
    this.#reserved.add(series);
  }

  /** Nothing waits any more: the server has all of it. */
  release(): void {
    for (const series of this.#reserved) series.reservedMs = Number.NEGATIVE_INFINITY;
    this.#reserved.clear();
  }
}
