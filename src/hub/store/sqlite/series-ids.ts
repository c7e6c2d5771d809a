// Numbers for series: readings cross to the store's threads, and lie in the journal, under a number instead of names.
import type { ReadingSelection } from "../readings.ts";
import type { SeriesRow } from "./threads/writer.ts";

export class SeriesIds {
  readonly #byDevice = new Map<string, Map<string, number>>();
  #lastId = 0;
  /** The device of the last lookup: most messages have several readings of one device. */
  #latest: { readonly device: string; readonly metrics: Map<string, number> } | null = null;
  #unwritten: SeriesRow[] = [];

  /** Loads the series that are stored. */
  load(rows: readonly SeriesRow[]): void {
    for (const { id, device, metric } of rows) {
      this.#metricsOf(device).set(metric, id);
      this.#lastId = Math.max(this.#lastId, id);
    }
  }

  /** The number of a series; a new one where it has none yet. */
  idOf(device: string, metric: string): number {
    const metrics = this.#metricsOf(device);
    let id = metrics.get(metric);
    if (id === undefined) {
      id = ++this.#lastId;
      metrics.set(metric, id);
      this.#unwritten.push({ id, device, metric });
    }
    return id;
  }

  /** The numbers of the series of these devices and metrics that were seen before; null means all of them. */
  select({ devices, metrics }: Pick<ReadingSelection, "devices" | "metrics">): number[] {
    return [...(devices ?? this.#byDevice.keys())].flatMap((device) => {
      const ids = this.#byDevice.get(device);
      if (ids === undefined) return [];
      return metrics === null ? [...ids.values()] : metrics.flatMap((metric) => ids.get(metric) ?? []);
    });
  }

  /** Takes the series that are in no transaction yet. The caller inserts them, or puts them back. */
  takeUnwritten(): readonly SeriesRow[] {
    const rows = this.#unwritten;
    this.#unwritten = [];
    return rows;
  }

  giveBack(rows: readonly SeriesRow[]): void {
    this.#unwritten = [...rows, ...this.#unwritten];
  }

  #metricsOf(device: string): Map<string, number> {
    if (this.#latest?.device === device) return this.#latest.metrics;
    let metrics = this.#byDevice.get(device);
    if (metrics === undefined) {
      metrics = new Map();
      this.#byDevice.set(device, metrics);
    }
    this.#latest = { device, metrics };
    return metrics;
  }
}
