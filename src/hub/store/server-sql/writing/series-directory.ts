// All series, in memory: their ids in the database, and an upper bound of each one's newest time. The database assigns the ids.
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import { groupsOf } from "../../common/groups.ts";
import type { ReadingSelection } from "../../readings.ts";
import type { Connection, Dialect } from "../dialect.ts";
import { newestReadings } from "../reading/newest-readings.ts";
import { toNumber, toText } from "../values.ts";

export interface Series {
  readonly device: DeviceId;
  readonly metric: MetricName;
  /** Its number in this process, in the order of first use. */
  readonly number: number;
  /** Its id in the database; 0 until it is written there. */
  id: number;
  /** No reading is newer; there may be none so new. */
  newestMs: number;
  /** The newest time that this process allocated to a reading without one. */
  allocatedMs: number;
  /** Up to here no time is allocated to a reading on its way to the server: spooled readings may have it. */
  reservedMs: number;
}

export class SeriesDirectory {
  readonly #dialect: Dialect;
  readonly #byDevice = new Map<string, Map<string, Series>>();
  readonly #all: Series[] = [];

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Loads the series that are stored. */
  async load(connection: Connection): Promise<void> {
    const byId = new Map<number, Series>();
    for (const [id, deviceText, metricText] of await connection.query(
      "SELECT id, device, metric FROM series ORDER BY id",
    )) {
      const device = parseDeviceId(toText(deviceText));
      const metric = parseMetricName(toText(metricText));
      if (device === undefined || metric === undefined) continue;
      const series = this.of(device, metric);
      series.id = toNumber(id);
      byId.set(series.id, series);
    }
    for (const [id, { tsMs }] of await newestReadings(connection, this.#dialect)) {
      const series = byId.get(id);
      if (series !== undefined) series.newestMs = Math.max(series.newestMs, tsMs);
    }
  }

  at(number: number): Series {
    const series = this.#all[number];
    if (series === undefined) throw new Error(`no series has the number ${number}`);
    return series;
  }

  /** The series; a new one, that the database does not have yet, where it was never met. */
  of(device: DeviceId, metric: MetricName): Series {
    let metrics = this.#byDevice.get(device);
    if (metrics === undefined) {
      metrics = new Map();
      this.#byDevice.set(device, metrics);
    }
    let series = metrics.get(metric);
    if (series === undefined) {
      series = {
        device,
        metric,
        number: this.#all.length,
        id: 0,
        newestMs: Number.NEGATIVE_INFINITY,
        allocatedMs: Number.NEGATIVE_INFINITY,
        reservedMs: Number.NEGATIVE_INFINITY,
      };
      this.#all.push(series);
      metrics.set(metric, series);
    }
    return series;
  }

  /** This time was allocated to a reading of the series. */
  noteAllocated(number: number, tsMs: number): void {
    const series = this.at(number);
    series.allocatedMs = Math.max(series.allocatedMs, tsMs);
  }

  /** The series of these devices and metrics that the database has; null means all of them. */
  select({ devices, metrics }: Pick<ReadingSelection, "devices" | "metrics">): Series[] {
    const selected = [...new Set<string>(devices ?? this.#byDevice.keys())].flatMap((device) => {
      const ofDevice = this.#byDevice.get(device);
      if (ofDevice === undefined) return [];
      return metrics === null
        ? [...ofDevice.values()]
        : [...new Set(metrics)].flatMap((metric) => ofDevice.get(metric) ?? []);
    });
    return selected.filter(({ id }) => id > 0);
  }

  /** Up to this number: of a message that is overtaken, too, so that ids follow the order in which series were met. */
  unwrittenUpTo(number: number): Series[] {
    return this.#all.slice(0, number + 1).filter(({ id }) => id === 0);
  }

  /** In the order in which they first appeared. */
  byId(): Map<number, Series> {
    const stored = this.#all.filter(({ id }) => id > 0).sort((a, b) => a.id - b.id);
    return new Map(stored.map((series) => [series.id, series]));
  }

  /** Writes these down in their order, within a transaction; another process may have been first. */
  async insert(connection: Connection, series: readonly Series[]): Promise<void> {
    const { keepExisting } = this.#dialect.sql;
    for (const some of groupsOf(series, SERIES_PER_STATEMENT)) {
      const places = some.map(() => "(?, ?)").join(",");
      const names = some.flatMap(({ device, metric }) => [device, metric]);
      await connection.query(
        `INSERT INTO series (device, metric) VALUES ${places} ${keepExisting("series.device")}`,
        names,
      );
    }
  }

  /** Sets the ids of series that were inserted. */
  async learnIds(connection: Connection, series: readonly Series[]): Promise<void> {
    for (const some of groupsOf(series, SERIES_PER_STATEMENT)) {
      const named = new Map(some.map((one) => [`${one.device}\n${one.metric}`, one]));
      const places = some.map(() => "(?, ?)").join(",");
      const rows = await connection.query(
        `SELECT id, device, metric FROM series WHERE (device, metric) IN (${places})`,
        some.flatMap(({ device, metric }) => [device, metric]),
      );
      for (const [id, device, metric] of rows) {
        const one = named.get(`${toText(device)}\n${toText(metric)}`);
        if (one !== undefined) one.id = toNumber(id);
      }
    }
    const missing = series.find(({ id }) => id === 0);
    if (missing !== undefined) throw new Error(`the series ${missing.device}/${missing.metric} was not written down`);
  }
}

const SERIES_PER_STATEMENT = 500;
