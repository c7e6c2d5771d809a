// Reads series into a window, some hundred per query: one query for each would take longer than reading the data.

import type { Columns } from "../../codec/chunk-codec.ts";
import { mergeColumns, NO_READINGS, sliceByTime } from "../../codec/columns.ts";
import { type Mends, mendedValue, type SeriesMends } from "../../mended.ts";
import type { ChunkTimes, FoundChunk } from "../engine/chunk-times.ts";
import { type Chunks, soleValue } from "../engine/chunks.ts";
import type { MemTable } from "../engine/mem-table.ts";
import type { RowWindow } from "./row-window.ts";
import type { Sources } from "./sources.ts";

/** Series by their places: from `place` to `end`, that one not included. */
export interface Places {
  readonly ids: Uint32Array;
  readonly place: number;
  readonly end: number;
}

/** Series whose chunks stay open from one window to the next. */
const MAX_OPEN_SERIES = 128;

export interface WindowSources extends Sources {
  /** The mends of series, which are applied to their readings. */
  readonly mends?: readonly SeriesMends[];
}

export class WindowReader {
  readonly #chunks: Chunks;
  readonly #chunkTimes: ChunkTimes;
  /** By series. */
  readonly #mends: ReadonlyMap<number, Mends>;

  constructor({ table, chunks, chunkTimes, mends = [] }: WindowSources) {
    this.#chunks = chunks;
    this.#chunkTimes = chunkTimes;
    this.#mends = new Map(mends.map((one) => [table.idOf(one.device, one.metric) ?? 0, one.mends]));
  }

  /** Adds the readings of the series before `toMs` that are within the window. */
  read(window: RowWindow, { ids, place: first, end }: Places, tail: MemTable, toMs: number): void {
    const { fromKey } = window;
    const chunks = this.#chunkTimes.ofSeries(ids.subarray(first, end), fromKey, Math.min(window.toKey, toMs));
    let chunk = chunks.next();
    for (let place = first; place < end; place++) {
      const id = ids[place] ?? 0;
      let unsealed = sliceByTime(tail.columns(id) ?? NO_READINGS, fromKey, toMs);
      for (; chunk.done !== true && chunk.value.head.series === id; chunk = chunks.next()) {
        const { firstMs, lastMs } = chunk.value.head;
        // The journal's readings up to the chunk's last one go among its own.
        const among = sliceByTime(unsealed, fromKey, lastMs + 1);
        unsealed = sliceByTime(unsealed, lastMs + 1, toMs);
        if (firstMs < window.toKey) this.#addChunk(window, place, chunk.value, among, toMs, ids.length);
        else {
          window.leaveOut(firstMs);
          add(window, place, among, this.#mends.get(id));
        }
      }
      add(window, place, unsealed, this.#mends.get(id));
    }
  }

  #addChunk(
    window: RowWindow,
    place: number,
    { head, data }: FoundChunk,
    among: Columns,
    toMs: number,
    seriesCount: number,
  ): void {
    const mends = this.#mends.get(head.series);
    const value = soleValue(head);
    if (value !== null && among.tsMs.length === 0 && mends === undefined) {
      window.add(place, head.firstMs, value);
      return;
    }
    const isKeptOpen = seriesCount <= MAX_OPEN_SERIES;
    const columns = isKeptOpen ? this.#chunks.columns(head) : this.#chunks.open(head, data);
    const sealed = sliceByTime(columns ?? NO_READINGS, window.fromKey, toMs);
    const isRead = add(window, place, mergeColumns(sealed, among), mends);
    if (columns === null) return;
    if (!isKeptOpen) this.#chunks.close(columns);
    else if (isRead) this.#chunks.forget(head);
  }
}

/** False when some of the rows lie behind the window. */
function add(window: RowWindow, place: number, { tsMs, values }: Columns, mends: Mends | undefined): boolean {
  if (mends !== undefined) return addMended(window, place, { tsMs, values }, mends);
  for (let row = 0; row < tsMs.length; row++) if (!window.add(place, tsMs[row] ?? 0, values[row] ?? 0)) return false;
  return true;
}

/** Without the rows that are hidden, of which those behind the window count all the same: it may have to go on there. */
function addMended(window: RowWindow, place: number, { tsMs, values }: Columns, mends: Mends): boolean {
  for (let row = 0; row < tsMs.length; row++) {
    const key = tsMs[row] ?? 0;
    const value = mendedValue(mends, key, values[row] ?? 0);
    if (value !== null) {
      if (!window.add(place, key, value)) return false;
    } else if (key >= window.toKey) {
      window.leaveOut(key);
      return false;
    }
  }
  return true;
}
