// The whole history of a series: its chunks, and on top of them what the journal has.

import type { Columns } from "../../codec/chunk-codec.ts";
import { mergeColumns, NO_READINGS, sliceByTime, valueIn } from "../../codec/columns.ts";
import { addColumnsToSlots, addToSlot, type Summary } from "../../codec/summary.ts";
import { type ChunkHead, type Chunks, soleValue } from "./chunks.ts";

/** A stretch of time with one chunk at most. Stretches follow each other without a gap. */
export interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly chunk: ChunkHead | null;
  /** Readings of the journal in this stretch; they replace those of the chunk at the same time. */
  readonly tail: Columns;
}

/** A stretch of time, cut into slots. */
export interface SlotRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly originMs: number;
  readonly stepMs: number;
}

/** What the journal has of a series, by time; null where there is nothing. */
export interface TailReadings {
  columns(series: number): Columns | null;
}

export class History {
  readonly #chunks: Chunks;
  readonly #tail: TailReadings;

  constructor(chunks: Chunks, tail: TailReadings) {
    this.#chunks = chunks;
    this.#tail = tail;
  }

  /** The stretches of `fromMs <= t < toMs`, oldest first. */
  *oldestFirst(series: number, fromMs: number, toMs: number): Generator<Segment> {
    const tail = this.#tail.columns(series) ?? NO_READINGS;
    let startMs = fromMs;
    let chunk: ChunkHead | null = null;
    for (const next of this.#chunks.oldestFirst(series, fromMs, toMs)) {
      if (next.firstMs > startMs) yield segment(startMs, next.firstMs, chunk, tail);
      startMs = Math.max(startMs, next.firstMs);
      chunk = next;
    }
    yield segment(startMs, toMs, chunk, tail);
  }

  /** The same, newest first. */
  *newestFirst(series: number, fromMs: number, toMs: number): Generator<Segment> {
    const tail = this.#tail.columns(series) ?? NO_READINGS;
    let endMs = toMs;
    for (const chunk of this.#chunks.newestFirst(series, fromMs, toMs)) {
      const startMs = Math.max(fromMs, chunk.firstMs);
      yield segment(startMs, endMs, chunk, tail);
      endMs = startMs;
    }
    if (endMs > fromMs) yield segment(fromMs, endMs, null, tail);
  }

  /** The readings of a stretch by time. */
  columns({ fromMs, toMs, chunk, tail }: Segment): Columns {
    const sealed = chunk === null ? null : this.#chunks.columns(chunk);
    return sealed === null ? tail : mergeColumns(sliceByTime(sealed, fromMs, toMs), tail);
  }

  /** Releases a segment that is no longer read, with the columns that `columns` returned of it. */
  forget({ chunk }: Segment): void {
    if (chunk !== null) this.#chunks.forget(chunk);
  }

  /** The value of a series at a time, or null. */
  valueAt(series: number, tsMs: number): number | null {
    const unsealed = valueIn(this.#tail.columns(series) ?? NO_READINGS, tsMs);
    if (unsealed !== null) return unsealed;
    const head = this.#chunks.at(series, tsMs);
    if (head === null || head.lastMs < tsMs) return null;
    return soleValue(head) ?? valueIn(this.#chunks.columns(head) ?? NO_READINGS, tsMs);
  }

  /** The times at which a series has readings, from `fromMs` on. */
  *timesFrom(series: number, fromMs: number): Generator<number> {
    for (const stretch of this.oldestFirst(series, fromMs, Number.MAX_SAFE_INTEGER)) yield* this.columns(stretch).tsMs;
  }

  /** Slots of `stepMs`, counted from 1970 UTC, in which the journal has readings of a series. */
  tailSlots(series: number, stepMs: number, fromSlot: number, toSlot: number): ReadonlySet<number> {
    const { tsMs } = sliceByTime(this.#tail.columns(series) ?? NO_READINGS, fromSlot * stepMs, toSlot * stepMs);
    return new Set(Array.from(tsMs, (ts) => Math.floor(ts / stepMs)));
  }

  /**
   * Adds the readings of `fromMs <= t < toMs` to the summaries of their slots: slot n begins n times `stepMs` after
   * `originMs`. A chunk that lies in one slot is not opened.
   */
  addToSlots(series: number, range: SlotRange, summaries: Map<number, Summary>): void {
    const { fromMs, toMs, originMs, stepMs } = range;
    const slotOf = (tsMs: number) => Math.floor((tsMs - originMs) / stepMs);
    for (const stretch of this.oldestFirst(series, fromMs, toMs)) {
      if (isWhole(stretch) && slotOf(stretch.chunk.firstMs) === slotOf(stretch.chunk.lastMs))
        addToSlot(summaries, slotOf(stretch.chunk.firstMs), stretch.chunk);
      else addColumnsToSlots(summaries, this.columns(stretch), range);
    }
  }
}

/** True when the segment is exactly one chunk, so that the chunk's head summarises it. */
function isWhole(stretch: Segment): stretch is Segment & { readonly chunk: ChunkHead } {
  const { fromMs, toMs, chunk, tail } = stretch;
  return chunk !== null && tail.tsMs.length === 0 && fromMs <= chunk.firstMs && chunk.lastMs < toMs;
}

function segment(fromMs: number, toMs: number, chunk: ChunkHead | null, tail: Columns): Segment {
  return { fromMs, toMs, chunk, tail: sliceByTime(tail, fromMs, toMs) };
}
