// Reads a store in ranges of time, newest first: each has all readings from its beginning to its end, so that two stores can be
// compared, and a copy can be resumed.
import type { Reading } from "../../../shared/reading.ts";
import { compareSeries } from "../../store/common/series-order.ts";
import {
  type ReadingPage,
  type ReadingSelection,
  type ReadingStore,
  readingAt,
  type SeriesColumns,
  seriesAt,
} from "../../store/readings.ts";

export interface Stretch {
  /** It has all readings from here on to the end of what was selected. */
  readonly fromMs: number;
  /** The first `count` rows, newest first, are its own. */
  readonly page: ReadingPage;
  readonly count: number;
}

/**
 * The newest stretch of a selection with at most about `limit` readings, more only where one moment has more. It begins where the
 * selection does when there are no older ones.
 */
export async function newestStretch(
  readings: ReadingStore,
  selection: ReadingSelection,
  limit: number,
): Promise<Stretch> {
  const { fromMs } = selection;
  for (let wanted = limit; ; wanted *= 2) {
    const page = await readings.page({ ...selection, order: "newest-first", after: null, limit: wanted });
    if (!page.more) return { fromMs, page, count: page.tsMs.length };
    // Older ones of the last moment may be in the next page.
    const lastMs = page.tsMs.at(-1) ?? fromMs;
    const count = page.tsMs.indexOf(lastMs);
    if (count > 0) return { fromMs: lastMs + 1, page, count };
  }
}

/** Its readings by series, oldest first. */
export function columnsOf({ page, count }: Stretch): SeriesColumns[] {
  const { series, seriesIndex, tsMs, values } = page;
  const counts = new Uint32Array(series.length);
  for (let row = 0; row < count; row++) counts[seriesIndex[row] ?? 0] = (counts[seriesIndex[row] ?? 0] ?? 0) + 1;
  const columns = Array.from(counts, (rows) => ({ tsMs: new Float64Array(rows), values: new Float64Array(rows) }));
  for (let row = 0; row < count; row++) {
    const place = seriesIndex[row] ?? 0;
    const at = (counts[place] ?? 0) - 1;
    counts[place] = at;
    const ofSeries = columns[place];
    if (ofSeries === undefined) continue;
    ofSeries.tsMs[at] = tsMs[row] ?? 0;
    ofSeries.values[at] = values[row] ?? 0;
  }
  return series.flatMap((key, place) => {
    const ofSeries = columns[place];
    return ofSeries === undefined || ofSeries.tsMs.length === 0 ? [] : { ...key, columns: ofSeries };
  });
}

/** All readings of a selection. */
export async function allOf(readings: ReadingStore, selection: ReadingSelection, limit: number): Promise<Reading[]> {
  const all: Reading[] = [];
  for (let { toMs } = selection; toMs > selection.fromMs; ) {
    const stretch = await newestStretch(readings, { ...selection, toMs }, limit);
    for (let row = 0; row < stretch.count; row++) all.push(readingAt(stretch.page, row));
    toMs = stretch.fromMs;
  }
  return all;
}

export interface Differences {
  /** How many readings are here. */
  readonly readings: number;
  /** Those that are not there, or with another value. */
  readonly missing: readonly Reading[];
  /** Those that are there alone. */
  readonly extras: readonly Reading[];
}

/** Compares two stretches from `fromMs` on. Both are in the same order, so only what differs becomes an object. */
export function differences(here: Stretch, there: Stretch, fromMs: number): Differences {
  const missing: Reading[] = [];
  const extras: Reading[] = [];
  let ours = 0;
  let theirs = 0;
  const isOurs = () => ours < here.count && (here.page.tsMs[ours] ?? fromMs) >= fromMs;
  const isTheirs = () => theirs < there.count && (there.page.tsMs[theirs] ?? fromMs) >= fromMs;
  while (isOurs() || isTheirs()) {
    const order = isOurs() && isTheirs() ? compareRows(here.page, ours, there.page, theirs) : isOurs() ? -1 : 1;
    if (order > 0) extras.push(readingAt(there.page, theirs++));
    else {
      if (order < 0 || here.page.values[ours] !== there.page.values[theirs]) missing.push(readingAt(here.page, ours));
      if (order === 0) theirs++;
      ours++;
    }
  }
  return { readings: ours, missing, extras };
}

/** Negative where row `a` comes first, 0 where both have the same key. */
function compareRows(pageA: ReadingPage, a: number, pageB: ReadingPage, b: number): number {
  const newer = (pageB.tsMs[b] ?? 0) - (pageA.tsMs[a] ?? 0);
  return newer === 0 ? compareSeries(seriesAt(pageA, a), seriesAt(pageB, b)) : newer;
}
