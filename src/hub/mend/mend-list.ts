// All mends, in memory: every query reads those of its series. A mend is in force once it is on disk.

import { Mend, type MendState } from "../../shared/history/mend.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../shared/ids.ts";
import type { Clock } from "../clock.ts";
import { type Mends, mendedValue, type SeriesMends, type TimeRange } from "../store/mended.ts";
import type { ReadingSelection } from "../store/readings.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const mendRecords: RecordKind<typeof Mend> = {
  name: "mend",
  schema: Mend,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};

interface DeviceMends {
  readonly all: Mends;
  readonly byMetric: ReadonlyMap<string, Mends>;
  readonly state: MendState;
}

const NONE: Mends = [];

export class MendList {
  readonly #records: Pick<RecordStore, "collection">;
  readonly #clock: Clock;
  readonly #byDevice = new Map<string, DeviceMends>();

  constructor(records: Pick<RecordStore, "collection">, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** Loads the stored mends. */
  async start(): Promise<void> {
    for (const [device, mends] of Map.groupBy(await this.#collection.list(), ({ device }) => device))
      this.#keep(device, mends, Math.max(...mends.map(({ at }) => at)));
  }

  stop(): void {}

  /** In the order in which they were made. */
  ofDevice(device: string): Mends {
    return this.#byDevice.get(device)?.all ?? NONE;
  }

  stateOf(device: string): MendState | undefined {
    return this.#byDevice.get(device)?.state;
  }

  of(device: string, metric: string): Mends {
    return this.#byDevice.get(device)?.byMetric.get(metric) ?? NONE;
  }

  /** Those that affect the time. */
  overlapping(device: string, metric: string, { fromMs, toMs }: TimeRange): Mends {
    const mends = this.of(device, metric);
    return mends.length === 0 ? NONE : mends.filter(({ from, to }) => from < toMs && fromMs < to);
  }

  /** By series: those that affect a selection. */
  within({ devices, metrics, ...range }: ReadingSelection): SeriesMends[] {
    return [...(devices ?? this.#byDevice.keys())].flatMap((deviceText) =>
      [...(this.#byDevice.get(deviceText)?.byMetric.keys() ?? [])].flatMap((metricText): SeriesMends[] => {
        const device = parseDeviceId(deviceText);
        const metric = parseMetricName(metricText);
        if (device === undefined || metric === undefined || metrics?.includes(metric) === false) return [];
        const mends = this.overlapping(device, metric, range);
        return mends.length === 0 ? [] : [{ device, metric, mends }];
      }),
    );
  }

  /** Series with mends, whose readings may all be hidden. */
  series(): SeriesMends[] {
    return this.within({ devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
  }

  /** The mended value of a reading; null where it is hidden. */
  shown(device: string, metric: string, tsMs: number, value: number): number | null {
    // Runs for each reading.
    if (this.#byDevice.size === 0) return value;
    const mends = this.of(device, metric);
    return mends.length === 0 ? value : mendedValue(mends, tsMs, value);
  }

  /** Resolves once it is on disk and in force. */
  async add(mend: Mend): Promise<void> {
    await this.#collection.save([mend]);
    this.#keep(mend.device, [...this.ofDevice(mend.device), mend], this.#clock.now());
  }

  /** Resolves once it is removed from the disk and no longer in force. */
  async remove({ id, device }: Mend): Promise<void> {
    await this.#collection.save([], [id]);
    this.#keep(
      device,
      this.ofDevice(device).filter((one) => one.id !== id),
      this.#clock.now(),
    );
  }

  /** Copies the mends of `from` to `into`; answers their metrics. Idempotent. */
  async copy(from: DeviceId, into: DeviceId): Promise<MetricName[]> {
    const copies = this.ofDevice(from).map((mend) => ({ ...mend, id: `${mend.id}.${into}`, device: into }));
    if (copies.length === 0) return [];
    await this.#collection.save(copies);
    const ids = new Set(copies.map(({ id }) => id));
    const others = this.ofDevice(into).filter(({ id }) => !ids.has(id));
    this.#keep(into, [...others, ...copies], this.#clock.now());
    return this.series().flatMap(({ device, metric }) => (device === from ? [metric] : []));
  }

  /** The device is removed, and its records with it. */
  forget(device: string): void {
    this.#byDevice.delete(device);
  }

  get #collection() {
    return this.#records.collection(mendRecords);
  }

  #keep(device: string, mends: Mends, changedMs: number): void {
    const byMetric = Map.groupBy(mends, ({ metric }) => metric);
    this.#byDevice.set(device, { all: mends, byMetric, state: { mends: mends.length, changedMs } });
  }
}
