// Allocates times to readings without one that are spooled until the server is back. They are reserved, so that no other reading of
// the series gets one of them: neither another spooled one, nor one that goes to the server meanwhile and would be overwritten
// later.
import type { SeriesKey } from "../../../../shared/reading.ts";
import type { Series, SeriesDirectory } from "./series-directory.ts";

/**
 * In a series with over a thousand readings a second without times, allocated times run ahead of the clock. After a restart it is
 * unknown which times were allocated: the newest one counts as such where it is at most so far ahead. A device's own time may be
 * further ahead, and is ignored.
 */
export const MAX_AHEAD_MS = 10 * 60_000;

export class ReservedTimes {
  readonly #directory: SeriesDirectory;
  readonly #reserved = new Set<Series>();

  constructor(directory: SeriesDirectory) {
    this.#directory = directory;
  }

  /** A time for a reading: that of receipt, or after all times allocated in its series. */
  give(key: SeriesKey, receivedAtMs: number): number {
    const { newestMs, allocatedMs } = this.#directory.of(key.device, key.metric);
    let tsMs = Math.max(receivedAtMs, allocatedMs + 1);
    if (newestMs >= tsMs && newestMs - tsMs < MAX_AHEAD_MS) tsMs = newestMs + 1;
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

  /** The spool is empty: the server has everything. */
  release(): void {
    for (const series of this.#reserved) series.reservedMs = Number.NEGATIVE_INFINITY;
    this.#reserved.clear();
  }
}
