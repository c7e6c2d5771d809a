// The time range of all charts of a page, and the moment that the pointer marks in all of them. It moves without rendering React;
// readings are queried once it has settled.
import { Signal } from "../../api/feed/signal.ts";
import type { NoteMark } from "../marks.ts";
import { RANGE_SPAN_MS, type RangeName } from "./ranges.ts";

/** The last `spanMs` until now, null while the extent of the data is unknown; or a fixed range. */
export type Period =
  | { readonly kind: "last"; readonly name: RangeName | "all"; readonly spanMs: number | null }
  | FixedPeriod;

export interface FixedPeriod {
  readonly kind: "fixed";
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

const MIN_SPAN_MS = 2_000;
/** 2000-01-01: nothing is stored before. */
export const EARLIEST_MS = 946_684_800_000;
/** Delay of the query after a movement, unless another one follows. */
const SETTLE_DELAY_MS = 180;
/** A live chart begins with this span at the first reading, and grows. */
const MIN_LIVE_SPAN_MS = 30_000;
const MIN_AXIS_WIDTH_PX = 48;

export const lastPeriod = (name: RangeName): Period => ({ kind: "last", name, spanMs: RANGE_SPAN_MS[name] });

export class TimeView {
  /** The range that is queried. */
  readonly period: Signal<Period>;
  /** The moment that the pointer or the keys mark; null without one. */
  readonly cursorMs = new Signal<number | null>(null);
  /** The note that a person is writing; null without one. */
  readonly draft = new Signal<NoteMark | null>(null);
  /** The width of the widest value axis, used by all charts so that they align. */
  axisWidthPx = MIN_AXIS_WIDTH_PX;
  readonly #now: () => number;
  readonly #firstReadingMs: number;
  readonly #moveListeners = new Set<() => void>();
  #moving: Bounds | null = null;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;
  #lastFollowed: Period;

  /** `firstReadingMs`: the earliest moment that a live chart shows. */
  constructor(period: Period, now: () => number, firstReadingMs = 0) {
    this.period = new Signal(period);
    this.#now = now;
    this.#firstReadingMs = firstReadingMs;
    this.#lastFollowed = period.kind === "last" ? period : lastPeriod("1h");
  }

  /** The range to draw now. */
  get bounds(): Bounds {
    if (this.#moving !== null) return this.#moving;
    const period = this.period.get();
    if (period.kind === "fixed") return { startMs: period.fromMs, endMs: period.toMs };
    const endMs = this.#now();
    const startMs = endMs - (period.spanMs ?? RANGE_SPAN_MS["1y"]);
    if (period.name !== "live") return { startMs, endMs };
    return { startMs: Math.max(startMs, Math.min(this.#firstReadingMs, endMs - MIN_LIVE_SPAN_MS)), endMs };
  }

  show(period: Period): void {
    this.#moving = null;
    clearTimeout(this.#settleTimer);
    if (period.kind === "last") this.#lastFollowed = period;
    this.period.set(period);
    this.#moved();
  }

  /** From the first reading on, once that is known. */
  showAll(): void {
    this.show({ kind: "last", name: "all", spanMs: null });
  }

  /** Returns to the last relative range. */
  backToLive(): void {
    this.show(this.#lastFollowed);
  }

  /** Below 1 zooms in; `aroundMs` keeps its position on the screen. */
  zoomBy(factor: number, aroundMs?: number): void {
    const { startMs, endMs } = this.bounds;
    const centreMs = aroundMs ?? (startMs + endMs) / 2;
    this.#move(centreMs - (centreMs - startMs) * factor, centreMs + (endMs - centreMs) * factor);
  }

  panBy(deltaMs: number): void {
    const { startMs, endMs } = this.bounds;
    const isLive = this.#moving === null && this.period.get().kind === "last";
    // There is nothing later than now; a range may reach into the future already.
    const laterMs = isLive ? 0 : Math.max(0, this.#now() - endMs);
    const delta = Math.max(EARLIEST_MS - startMs, Math.min(deltaMs, laterMs));
    if (delta !== 0) this.#move(startMs + delta, endMs + delta);
  }

  /** Shows from one moment to another, in either order. */
  zoomTo(oneMs: number, otherMs: number): void {
    this.#move(Math.min(oneMs, otherMs), Math.max(oneMs, otherMs));
  }

  /** Calls back when the range has moved; returns a function that unsubscribes. */
  onMove(listener: () => void): () => void {
    this.#moveListeners.add(listener);
    return () => this.#moveListeners.delete(listener);
  }

  /** Reserves the width of a chart's value labels; if it is a new maximum, the other charts are redrawn. */
  reserveAxis(widthPx: number): number {
    if (widthPx > this.axisWidthPx) {
      this.axisWidthPx = widthPx;
      queueMicrotask(() => this.#moved());
    }
    return this.axisWidthPx;
  }

  #move(fromMs: number, toMs: number): void {
    const missingMs = Math.max(0, MIN_SPAN_MS - (toMs - fromMs));
    const endMs = Math.round(Math.min(toMs + missingMs / 2, Math.max(this.#now(), this.bounds.endMs)));
    const startMs = Math.round(Math.max(EARLIEST_MS, Math.min(fromMs - missingMs / 2, endMs - MIN_SPAN_MS)));
    this.#moving = { startMs, endMs };
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => this.show({ kind: "fixed", fromMs: startMs, toMs: endMs }), SETTLE_DELAY_MS);
    this.#moved();
  }

  #moved(): void {
    for (const listener of this.#moveListeners) listener();
  }
}
