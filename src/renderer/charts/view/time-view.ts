// The stretch of time that all charts of a page show, and the moment that the pointer marks in all of them. It moves at once,
// without rendering React; the hub is asked for the readings of where it has come to rest.
import { Signal } from "../../api/feed/signal.ts";
import type { NoteMark } from "../marks.ts";
import { RANGE_SPAN_MS, type RangeName } from "./ranges.ts";

/** The last `spanMs` until now, null while it is not known how much there is; or a stretch that stays. */
export type Period =
  | { readonly kind: "last"; readonly name: RangeName | "all"; readonly spanMs: number | null }
  | { readonly kind: "fixed"; readonly fromMs: number; readonly toMs: number };

export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

const MIN_SPAN_MS = 2_000;
/** 2000-01-01: nothing is stored before. */
const EARLIEST_MS = 946_684_800_000;
/** From a movement to the question to the hub, unless another movement follows. */
const REST_MS = 180;
/** A live chart grows from the first reading on, from this width. */
const MIN_LIVE_SPAN_MS = 30_000;
const MIN_AXIS_WIDTH_PX = 48;

export const lastPeriod = (name: RangeName): Period => ({ kind: "last", name, spanMs: RANGE_SPAN_MS[name] });

export class TimeView {
  /** What the hub is asked for. */
  readonly period: Signal<Period>;
  /** The moment that the pointer or the keys mark; null without one. */
  readonly cursorMs = new Signal<number | null>(null);
  /** What a person is about to note; null without it. */
  readonly draft = new Signal<NoteMark | null>(null);
  /** Of the value axes: the widest counts for all, so that moments are above one another. */
  axisWidthPx = MIN_AXIS_WIDTH_PX;
  readonly #now: () => number;
  readonly #grownFromMs: number;
  readonly #movers = new Set<() => void>();
  #moving: Bounds | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #lastFollowed: Period;

  /** `grownFromMs`: the first moment that a live chart has something to show of. */
  constructor(period: Period, now: () => number, grownFromMs = 0) {
    this.period = new Signal(period);
    this.#now = now;
    this.#grownFromMs = grownFromMs;
    this.#lastFollowed = period.kind === "last" ? period : lastPeriod("1h");
  }

  /** What is to be drawn at this moment. */
  get bounds(): Bounds {
    if (this.#moving !== null) return this.#moving;
    const period = this.period.get();
    if (period.kind === "fixed") return { startMs: period.fromMs, endMs: period.toMs };
    const endMs = this.#now();
    const startMs = endMs - (period.spanMs ?? RANGE_SPAN_MS["1y"]);
    if (period.name !== "live") return { startMs, endMs };
    return { startMs: Math.max(startMs, Math.min(this.#grownFromMs, endMs - MIN_LIVE_SPAN_MS)), endMs };
  }

  show(period: Period): void {
    this.#moving = null;
    clearTimeout(this.#rest);
    if (period.kind === "last") this.#lastFollowed = period;
    this.period.set(period);
    this.#moved();
  }

  /** The last `name` that was followed, until now. */
  backToLive(): void {
    this.show(this.#lastFollowed);
  }

  /** Below 1 it comes nearer; `aroundMs` stays where it is on the screen. */
  zoomBy(factor: number, aroundMs?: number): void {
    const { startMs, endMs } = this.bounds;
    const centreMs = aroundMs ?? (startMs + endMs) / 2;
    this.#move(centreMs - (centreMs - startMs) * factor, centreMs + (endMs - centreMs) * factor);
  }

  panBy(deltaMs: number): void {
    const { startMs, endMs } = this.bounds;
    const latestMs = this.#now();
    const delta = Math.max(EARLIEST_MS - startMs, Math.min(deltaMs, latestMs - endMs));
    this.#move(startMs + delta, endMs + delta);
  }

  /** Shows from one moment to another, in either order. */
  zoomTo(oneMs: number, otherMs: number): void {
    this.#move(Math.min(oneMs, otherMs), Math.max(oneMs, otherMs));
  }

  /** Calls back when what is to be drawn has moved; returns a function that unsubscribes. */
  onMove(listener: () => void): () => void {
    this.#movers.add(listener);
    return () => this.#movers.delete(listener);
  }

  /** Makes room for the labels of a chart; the others are drawn again where that is more than they have. */
  reserveAxis(widthPx: number): number {
    if (widthPx > this.axisWidthPx) {
      this.axisWidthPx = widthPx;
      queueMicrotask(() => this.#moved());
    }
    return this.axisWidthPx;
  }

  #move(fromMs: number, toMs: number): void {
    const tooFewMs = Math.max(0, MIN_SPAN_MS - (toMs - fromMs));
    const endMs = Math.round(Math.min(toMs + tooFewMs / 2, Math.max(this.#now(), this.bounds.endMs)));
    const startMs = Math.round(Math.max(EARLIEST_MS, Math.min(fromMs - tooFewMs / 2, endMs - MIN_SPAN_MS)));
    this.#moving = { startMs, endMs };
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.show({ kind: "fixed", fromMs: startMs, toMs: endMs }), REST_MS);
    this.#moved();
  }

  #moved(): void {
    for (const listener of this.#movers) listener();
  }
}
