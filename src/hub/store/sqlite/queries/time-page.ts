// A page of the rows of very many series. Chunks are found by time, whatever their series, and only those that may have rows in
// the page are opened. Where too many series have a reading at the same time, series are scanned in order of their names instead:
// few of them fill a page.

import { lowerBound } from "../../codec/columns.ts";
import { compareSeries } from "../../common/series-order.ts";
import type { PageQuery } from "../../readings.ts";
import { type ChunkHead, soleValue } from "../engine/chunks.ts";
import type { History } from "../engine/history.ts";
import type { MemTable } from "../engine/mem-table.ts";
import { RowWindow } from "./row-window.ts";
import { isSelected, type Series, type SeriesName } from "./series-table.ts";
import type { Sources } from "./sources.ts";

export interface TimePageSources extends Sources {
  readonly tail: MemTable;
  readonly history: History;
}

export interface PageRow {
  readonly series: Series;
  readonly tsMs: number;
  readonly value: number;
}

/** The least capacity of a window, which also exceeds a page. */
const MIN_WINDOW_ROWS = 1_024;
const MAX_WINDOW_ROWS = 262_144;
/** If the last page ended in this many chunks, others probably have a reading at the same time. */
const MANY_CHUNKS = 1_024;
/** Series scanned before the scan is given up, and more for each row found. */
const MAX_SCANNED_SERIES = 4_096;
const MAX_SERIES_PER_ROW = 4;
const CHUNKS_PER_STEP = 32;
const MIN_CHUNKS_PER_COUNT = 16;

export class TimePage {
  readonly #sources: TimePageSources;
  readonly #query: PageQuery;
  /** Rows have their time as key, newest-first the negative one: the lowest comes first. */
  readonly #step: 1 | -1;
  readonly #isSelected: (series: SeriesName) => boolean;

  constructor(sources: TimePageSources, query: PageQuery) {
    this.#sources = sources;
    this.#query = query;
    this.#step = query.order === "oldest-first" ? 1 : -1;
    this.#isSelected = isSelected(query);
  }

  /**
   * The first `count` rows. Steps are many only where a page begins in the middle of very many chunks: which of them has the
   * next row is in none of their heads.
   */
  *rows(count: number): Generator<void, PageRow[]> {
    const { order, after, fromMs, toMs } = this.#query;
    const endKey = order === "oldest-first" ? toMs : 1 - fromMs;
    const startKey = order === "oldest-first" ? fromMs : 1 - toMs;
    const rows: PageRow[] = [];
    let fromKey = startKey;
    let behind: SeriesName | null = null;
    if (after !== null && after.tsMs * this.#step >= startKey) {
      fromKey = after.tsMs * this.#step;
      behind = after;
      const same = this.#likelyRowsAt(after.tsMs, after, count);
      if (same !== null) {
        rows.push(...same);
        behind = null;
        fromKey++;
      }
    }
    for (let share = 1; rows.length < count && fromKey < endKey; share *= 4) {
      const missing = count - rows.length;
      const window = yield* this.#window(fromKey, endKey, Math.min(MAX_WINDOW_ROWS, share * missing));
      if (window.count > 0) {
        const [found, toKey] = this.#namedRows(window, share * missing, behind);
        for (const row of found) rows.push(row);
        fromKey = toKey;
      } else if (window.nextKey < endKey) {
        // They are too many, or it would have some.
        const behindKey = window.nextKey === fromKey ? behind : null;
        rows.push(...(this.#rowsAt(window.nextKey * this.#step, behindKey, missing, Number.POSITIVE_INFINITY) ?? []));
        fromKey = window.nextKey + 1;
      } else break;
      behind = null;
    }
    return rows.slice(0, count);
  }

  /** The rows at `tsMs` behind a series, if they are likely to be found soon; null where they were not. */
  #likelyRowsAt(tsMs: number, behind: SeriesName, count: number): PageRow[] | null {
    const isLikely = this.#sources.chunkTimes.areMoreAround(tsMs, this.#query.order, MANY_CHUNKS);
    return isLikely ? this.#rowsAt(tsMs, behind, count, MAX_SCANNED_SERIES) : null;
  }

  /** At most `count` rows at `tsMs`, in order of their names; null where more than `maxSeries` had to be scanned. */
  #rowsAt(tsMs: number, behind: SeriesName | null, count: number, maxSeries: number): PageRow[] | null {
    const { table, history } = this.#sources;
    const rows: PageRow[] = [];
    let looked = 0;
    let device = behind?.device ?? table.deviceAfter("");
    for (; device !== null; device = table.deviceAfter(device)) {
      for (const series of table.ofDevice(device)) {
        if (!this.#isSelected(series) || (behind !== null && compareSeries(series, behind) <= 0)) continue;
        if (++looked > maxSeries + MAX_SERIES_PER_ROW * rows.length) return null;
        const value = history.valueAt(series.id, tsMs);
        if (value !== null) rows.push({ series, tsMs, value });
        if (rows.length === count) return rows;
      }
    }
    return rows;
  }

  /** All rows from `fromKey` up to its end: `count` of them or more, where there are so many. */
  *#window(fromKey: number, endKey: number, count: number): Generator<void, RowWindow> {
    const { chunkTimes, tail } = this.#sources;
    const { order } = this.#query;
    const window = new RowWindow(Math.max(MIN_WINDOW_ROWS, 2 * count));
    window.begin(Number.NEGATIVE_INFINITY, endKey);
    const fromMs = fromKey * this.#step;
    let opened = 0;
    for (const head of chunkTimes.around(fromMs, order)) {
      this.#addChunk(window, head, fromMs);
      if (++opened % CHUNKS_PER_STEP === 0) yield;
    }
    const { series, tsMs, values } = tail.rows;
    // The last ones are probably the newest, so most others are rejected without being opened.
    for (let index = 0; index < series.length; index++) {
      const row = order === "oldest-first" ? index : series.length - 1 - index;
      const key = (tsMs[row] ?? 0) * this.#step;
      if (key >= fromKey) window.add(series[row] ?? 0, key, values[row] ?? 0);
    }
    const chunksPerCount = Math.max(MIN_CHUNKS_PER_COUNT, count / 4);
    let chunksUntilCount = chunksPerCount;
    for (const head of chunkTimes.beyond(fromMs, order)) {
      const key = order === "oldest-first" ? head.firstMs : -head.lastMs;
      if (key >= window.toKey) {
        window.leaveOut(key);
        break;
      }
      if (chunksUntilCount-- <= 0) {
        chunksUntilCount = chunksPerCount;
        if (window.countBelow(key) >= count) {
          window.cutTo(key);
          break;
        }
      }
      this.#addChunk(window, head, fromMs);
    }
    window.sort();
    return window;
  }

  #addChunk(window: RowWindow, head: ChunkHead, fromMs: number): void {
    const { series, lastMs } = head;
    const value = soleValue(head);
    if (value !== null) {
      window.add(series, lastMs * this.#step, value);
      return;
    }
    const columns = this.#sources.chunks.columns(head);
    if (columns === null) return;
    const { tsMs, values } = columns;
    let row = this.#step === 1 ? lowerBound(tsMs, fromMs) : lowerBound(tsMs, fromMs + 1) - 1;
    for (; row >= 0 && row < tsMs.length; row += this.#step)
      if (!window.add(series, (tsMs[row] ?? 0) * this.#step, values[row] ?? 0)) return;
  }

  /** The selected rows up to the `count`th, in order, and where the rows behind them begin. */
  #namedRows(window: RowWindow, count: number, behind: SeriesName | null): [PageRow[], toKey: number] {
    const { table, tail } = this.#sources;
    const toKey = count < window.count ? window.keyAt(count - 1) + 1 : window.toKey;
    const startMs = this.#query.after?.tsMs;
    const seen = new Map<number, Series | null>();
    const found = new Map<string, PageRow>();
    for (let index = 0; index < window.count && window.keyAt(index) < toKey; index++) {
      const id = window.placeAt(index);
      const tsMs = window.keyAt(index) * this.#step;
      let series = seen.get(id);
      if (series === undefined) {
        const name = table.name(id);
        series = name !== null && this.#isSelected(name) ? { id, ...name } : null;
        seen.set(id, series);
      }
      if (series === null) continue;
      if (behind !== null && tsMs === startMs && compareSeries(series, behind) <= 0) continue;
      // Of several readings at one time the journal's last one counts.
      const value = tail.valueAt(id, tsMs) ?? window.valueAt(index);
      found.set(`${id}:${tsMs}`, { series, tsMs, value });
    }
    const rows = [...found.values()].sort(
      (a, b) => (a.tsMs - b.tsMs) * this.#step || compareSeries(a.series, b.series),
    );
    return [rows, toKey];
  }
}
