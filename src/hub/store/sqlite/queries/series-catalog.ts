// The series of one export, by their places in its rows: numbers and bytes instead of objects, for there may be half a
// million. It is loaded in steps.

import type { ExportFormat } from "../../../export/export-format.ts";
import { ExportNames } from "../../../export/export-names.ts";
import type { ExportSeries } from "../../../export/export-writer.ts";
import { compareSeries, compareText } from "../../common/series-order.ts";
import { isSelected, type SeriesName, type SeriesSelection, type SeriesTable } from "./series-table.ts";

export interface CatalogOptions {
  readonly table: SeriesTable;
  readonly selection: SeriesSelection;
  /** Series that appeared later are left out. */
  readonly lastSeriesId: number;
  readonly format: ExportFormat;
}

/** Series per query. */
const FEW_SERIES = 4_096;

export class SeriesCatalog implements ExportSeries {
  readonly devices: ExportNames;
  readonly #options: CatalogOptions;
  /** By place, once all is loaded; until then in order of metric. */
  #ids = new Uint32Array();
  #deviceOf = new Uint32Array();
  #metricOf = new Uint32Array();
  #count = 0;
  #metrics: ExportNames;
  /** Devices in the order in which they were met. */
  readonly #deviceNumbers = new Map<string, number>();
  #lastMetric: string | null = null;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.devices = new ExportNames(options.format);
    this.#metrics = new ExportNames(options.format);
  }

  get count(): number {
    return this.#count;
  }

  /** The id of each series in the database. */
  get ids(): Uint32Array {
    return this.#ids;
  }

  get metrics(): ExportNames {
    return this.#metrics;
  }

  get deviceOf(): Uint32Array {
    return this.#deviceOf;
  }

  get metricOf(): Uint32Array {
    return this.#metricOf;
  }

  /** Loads it, a few milliseconds at a time. */
  *load(): Generator<void> {
    const { table, selection, lastSeriesId } = this.#options;
    const few = table.few(selection, FEW_SERIES);
    this.#reserve(few === null ? lastSeriesId : few.length);
    if (few !== null) this.#addAll(few);
    else if (!(yield* this.#loadByMetric())) this.#addAll(table.few(selection, Number.POSITIVE_INFINITY) ?? []);
    yield;
    this.#sort();
  }

  /** False, and nothing loaded, where the table's order is not that of the file, which is by code unit. */
  *#loadByMetric(): Generator<void, boolean> {
    const { table, selection } = this.#options;
    const isWanted = isSelected(selection);
    let last: SeriesName = { device: "", metric: "" };
    for (;;) {
      const rows = table.byMetric(last.metric, last.device, FEW_SERIES);
      for (const [id, device, metric] of rows) {
        if (compareText(metric, last.metric) < 0) {
          this.#clear();
          return false;
        }
        last = { device, metric };
        if (isWanted(last)) this.#add(id, last);
      }
      if (rows.length < FEW_SERIES) return true;
      yield;
    }
  }

  #addAll(series: readonly (SeriesName & { readonly id: number })[]): void {
    const byMetric = series.toSorted((a, b) => compareText(a.metric, b.metric) || compareSeries(a, b));
    for (const one of byMetric) this.#add(one.id, one);
  }

  #add(id: number, { device, metric }: SeriesName): void {
    if (id > this.#options.lastSeriesId) return;
    if (metric !== this.#lastMetric) this.#metrics.add(metric);
    this.#lastMetric = metric;
    const deviceNumber = this.#deviceNumbers.get(device) ?? this.#deviceNumbers.size;
    this.#deviceNumbers.set(device, deviceNumber);
    this.#ids[this.#count] = id;
    this.#deviceOf[this.#count] = deviceNumber;
    this.#metricOf[this.#count++] = this.#metrics.count - 1;
  }

  #clear(): void {
    this.#count = 0;
    this.#metrics = new ExportNames(this.#options.format);
    this.#deviceNumbers.clear();
    this.#lastMetric = null;
  }

  /** Counts the series of each device to find their places: within a device they stay in order of metric. */
  #sort(): void {
    const names = [...this.#deviceNumbers.keys()].sort();
    const sorted = new Uint32Array(names.length);
    for (const name of names) sorted[this.#deviceNumbers.get(name) ?? 0] = this.devices.add(name);
    const next = new Uint32Array(names.length + 1);
    for (let row = 0; row < this.#count; row++) {
      const device = (sorted[this.#deviceOf[row] ?? 0] ?? 0) + 1;
      next[device] = (next[device] ?? 0) + 1;
    }
    for (let device = 1; device < next.length; device++) next[device] = (next[device] ?? 0) + (next[device - 1] ?? 0);
    const ids = new Uint32Array(this.#count);
    const deviceOf = new Uint32Array(this.#count);
    const metricOf = new Uint32Array(this.#count);
    for (let row = 0; row < this.#count; row++) {
      const device = sorted[this.#deviceOf[row] ?? 0] ?? 0;
      const place = next[device] ?? 0;
      next[device] = place + 1;
      ids[place] = this.#ids[row] ?? 0;
      deviceOf[place] = device;
      metricOf[place] = this.#metricOf[row] ?? 0;
    }
    [this.#ids, this.#deviceOf, this.#metricOf] = [ids, deviceOf, metricOf];
  }

  #reserve(count: number): void {
    this.#ids = new Uint32Array(count);
    this.#deviceOf = new Uint32Array(count);
    this.#metricOf = new Uint32Array(count);
  }
}
