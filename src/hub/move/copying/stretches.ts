// Reads a store in ranges of time, newest first: each has all readings from its beginning to its end, so that two stores can be
// compared, and a copy can be resumed.
import type { Reading } from "../../../shared/reading.ts";
import { type ReadingSelection, type ReadingStore, rowsOf } from "../../store/readings.ts";

export interface Stretch {
  /** Half-open. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Newest first. */
  readonly rows: readonly Reading[];
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
  const { fromMs, toMs } = selection;
  for (let wanted = limit; ; wanted *= 2) {
    const page = await readings.page({ ...selection, order: "newest-first", after: null, limit: wanted });
    const rows = rowsOf(page);
    if (!page.more) return { fromMs, toMs, rows };
    // Older ones of the last moment may be in the next page.
    const lastMs = rows.at(-1)?.tsMs ?? fromMs;
    const whole = rows.filter(({ tsMs }) => tsMs > lastMs);
    if (whole.length > 0) return { fromMs: lastMs + 1, toMs, rows: whole };
  }
}

/** All readings of a selection. */
export async function allOf(readings: ReadingStore, selection: ReadingSelection, limit: number): Promise<Reading[]> {
  const all: Reading[] = [];
  for (let { toMs } = selection; toMs > selection.fromMs; ) {
    const stretch = await newestStretch(readings, { ...selection, toMs }, limit);
    for (const row of stretch.rows) all.push(row);
    toMs = stretch.fromMs;
  }
  return all;
}
