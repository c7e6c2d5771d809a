// The names of series, looked up as they are needed: a list of half a million would take a hundred megabytes.
import type Database from "better-sqlite3";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import type { SeriesKey } from "../../../../shared/reading.ts";
import { compareSeries } from "../../common/series-order.ts";
import type { ReadingSelection } from "../../readings.ts";

export interface Series extends SeriesKey {
  readonly id: number;
}

/** Of some devices and metrics; null means all of them. */
export type SeriesSelection = Pick<ReadingSelection, "devices" | "metrics">;

export interface SeriesName {
  readonly device: string;
  readonly metric: string;
}

/** In the order of `SeriesTable.byMetric`. */
export type SeriesRow = readonly [id: number, device: string, metric: string];

export class SeriesTable {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  get lastId(): number {
    return this.#statements.lastId.get() ?? 0;
  }

  idOf(device: DeviceId, metric: MetricName): number | null {
    return this.#statements.id.get(device, metric) ?? null;
  }

  name(id: number): SeriesKey | null {
    const row = this.#statements.name.get(id);
    return row === undefined ? null : (toSeries(row)[0] ?? null);
  }

  /** In the order in which they first appeared. */
  *all(): Generator<Series> {
    for (const row of this.#statements.all.iterate()) yield* toSeries(row);
  }

  /** The first device behind `device` in order; null where that is the last. */
  deviceAfter(device: string): DeviceId | null {
    let next = this.#statements.deviceAfter.get(device) ?? null;
    while (next !== null) {
      const id = parseDeviceId(next);
      if (id !== undefined) return id;
      next = this.#statements.deviceAfter.get(next) ?? null;
    }
    return null;
  }

  /** In the order of pages. */
  ofDevice(device: string): Series[] {
    return this.#statements.ofDevice.all(device).flatMap(toSeries).sort(compareSeries);
  }

  /** The series that are selected, in the order of pages; null where they are more than `limit`. */
  few({ devices, metrics }: SeriesSelection, limit: number): Series[] | null {
    const found: Series[] = [];
    const wanted = metrics === null ? null : [...new Set(metrics)];
    for (const device of devices === null ? this.#devices() : new Set(devices)) {
      const series = wanted === null ? this.ofDevice(device) : this.#ofMetrics(device, wanted);
      for (const one of series) found.push(one);
      if (found.length > limit) return null;
    }
    return found.sort(compareSeries);
  }

  /** At most `limit` series behind one in order of metric, then device; compared by code point. */
  byMetric(metric: string, device: string, limit: number): SeriesRow[] {
    return this.#statements.byMetric.all(metric, device, limit);
  }

  #ofMetrics(device: DeviceId, metrics: readonly MetricName[]): Series[] {
    return metrics.flatMap((metric) => {
      const id = this.idOf(device, metric);
      return id === null ? [] : [{ id, device, metric }];
    });
  }

  *#devices(): Generator<DeviceId> {
    for (let device = this.deviceAfter(""); device !== null; device = this.deviceAfter(device)) yield device;
  }
}

/** True for each series that is selected. */
export function isSelected({ devices, metrics }: SeriesSelection): (series: SeriesName) => boolean {
  const deviceSet = devices === null ? null : new Set<string>(devices);
  const metricSet = metrics === null ? null : new Set<string>(metrics);
  return ({ device, metric }) => deviceSet?.has(device) !== false && metricSet?.has(metric) !== false;
}

function toSeries([id, deviceText, metricText]: SeriesRow): Series[] {
  const device = parseDeviceId(deviceText);
  const metric = parseMetricName(metricText);
  return device === undefined || metric === undefined ? [] : [{ id, device, metric }];
}

function prepare(db: Database.Database) {
  const series = <T extends unknown[]>(rest: string) =>
    db.prepare<T, SeriesRow>(`SELECT id, device, metric FROM series ${rest}`).raw();
  return {
    lastId: db.prepare<[], number | null>("SELECT max(id) FROM series").pluck(),
    id: db
      .prepare<[device: string, metric: string], number>("SELECT id FROM series WHERE device = ? AND metric = ?")
      .pluck(),
    name: series<[id: number]>("WHERE id = ?"),
    all: series<[]>("ORDER BY id"),
    deviceAfter: db.prepare<[device: string], string | null>("SELECT min(device) FROM series WHERE device > ?").pluck(),
    ofDevice: series<[device: string]>("WHERE device = ?"),
    byMetric: series<[metric: string, device: string, limit: number]>(
      "WHERE (metric, device) > (?, ?) ORDER BY metric, device LIMIT ?",
    ),
  };
}
