// Passes live readings to charts and values, one series at a time and without rendering React.
import type { LiveReading } from "../../../shared/api.ts";
import { Signal } from "./signal.ts";

export interface Point {
  readonly ts: number;
  readonly value: number;
}

/** Covers the time that the hub takes to answer a chart's query, at ten readings a second. */
const MAX_RECENT_POINTS = 64;

export class Series {
  readonly latest = new Signal<Point | undefined>(undefined);
  /** How finely its values are written, as the chart of it that was drawn last has found. */
  readonly resolution = new Signal<number | undefined>(undefined);
  /** Both of two states were seen, and nothing else: its values are shown as words. */
  readonly hasTwoStates = new Signal(false);
  readonly #listeners = new Set<(point: Point) => void>();
  readonly #recent: Point[] = [];

  accept(point: Point): void {
    const latest = this.latest.get();
    if (latest === undefined || point.ts >= latest.ts) this.latest.set(point);
    // A retransmitted message repeats its readings.
    if (point.ts === latest?.ts) return;
    this.#recent.push(point);
    if (this.#recent.length > MAX_RECENT_POINTS) this.#recent.shift();
    for (const listener of this.#listeners) listener(point);
  }

  /** Its readings were corrected. */
  forget(): void {
    this.latest.set(undefined);
    this.#recent.length = 0;
  }

  /** Calls back on every reading, first on the recent ones from `sinceMs` on; returns a function that unsubscribes. */
  onPoint(sinceMs: number, listener: (point: Point) => void): () => void {
    for (const point of this.#recent) if (point.ts >= sinceMs) listener(point);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class SeriesFeed {
  readonly #series = new Map<string, Series>();

  of(device: string, metric: string): Series {
    // A device id contains no slash, so two series never share a key.
    const key = `${device}/${metric}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series = new Series();
    this.#series.set(key, series);
    return series;
  }

  /** Clears the series of a device whose readings were corrected. */
  forget(device: string): void {
    for (const [key, series] of this.#series) if (key.startsWith(`${device}/`)) series.forget();
  }

  accept(readings: readonly LiveReading[]): void {
    for (const [device, metric, ts, value] of readings) this.of(device, metric).accept({ ts, value });
  }
}
