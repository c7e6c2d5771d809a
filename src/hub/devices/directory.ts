// The state of all devices by id, in memory. It depends on no other part; queries over all devices are answered here.
import type { DeviceControl } from "../../shared/device.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { limits, type SeriesKey } from "../../shared/reading.ts";
import type { SeenAddress } from "../../shared/security/access.ts";
import type { LatestReading } from "../observe/reading-metrics.ts";
import { AddedTopics } from "./added-topics.ts";
import { controlsOf, type DeviceState } from "./state/device-state.ts";
import type { MetricState } from "./state/metric-state.ts";

export interface DeviceCounts {
  readonly online: number;
  readonly offline: number;
}

/** A series, with the settings of its metric. */
export interface DescribedSeries extends SeriesKey {
  readonly unit: string | undefined;
  readonly room: string | undefined;
  readonly latest: Pick<MetricState, "ts" | "value" | "usualPauseMs" | "silenceMs">;
}

/** One more device, or one more metric of a device, is refused. */
export interface DirectoryLimits {
  readonly maxDevices: number;
  readonly maxMetrics: number;
}

const DEFAULT_LIMITS: DirectoryLimits = { maxDevices: limits.devices, maxMetrics: limits.metricsPerDevice };

export class DeviceDirectory implements DirectoryLimits {
  readonly states = new Map<string, DeviceState>();
  readonly maxDevices: number;
  readonly maxMetrics: number;
  readonly #addedTopics = new AddedTopics(this.states);

  constructor({ maxDevices, maxMetrics }: DirectoryLimits = DEFAULT_LIMITS) {
    this.maxDevices = maxDevices;
    this.maxMetrics = maxMetrics;
  }

  /** By topic: the device of a control that a person added. Only of devices that have joined. */
  addedTopics(): ReadonlyMap<string, DeviceId> {
    return this.#addedTopics.list();
  }

  /** Waits for a change to a device, which is undone where it cannot be saved. */
  during<T>(change: Promise<T>): Promise<T> {
    return this.#addedTopics.during(change);
  }

  /** Devices have changed: collections over them are made again. */
  invalidate(): void {
    this.#addedTopics.invalidate();
  }

  /** A device with stored readings; undefined for one that is only about to be stored. */
  known(id: string): DeviceState | undefined {
    const state = this.states.get(id);
    return state?.known === true ? state : undefined;
  }

  /** Those of `devices`, or of all where there is null, that have joined and may be seen: readings of the others are not shown. */
  shown(devices: readonly DeviceId[] | null, maySee: (device: DeviceId) => boolean): readonly DeviceId[] | null {
    const isShown = (id: DeviceId, joining: unknown) => joining === null && maySee(id);
    const states = [...this.states.values()];
    if (states.every(({ id, joining }) => isShown(id, joining)) && (devices === null || devices.every(maySee)))
      return devices;
    return (devices ?? states.map(({ id }) => id)).filter((id) => isShown(id, this.states.get(id)?.joining));
  }

  /** Metrics of all devices. */
  get metricCount(): number {
    let count = 0;
    for (const { latest } of this.states.values()) count += latest.size;
    return count;
  }

  /** All series with readings. */
  *series(): Generator<SeriesKey> {
    for (const { id, latest } of this.states.values()) for (const metric of latest.keys()) yield { device: id, metric };
  }

  /** Each device that has joined, and its metrics with readings. */
  *joinedMetrics(): Generator<readonly [DeviceId, ReadonlyMap<MetricName, unknown>]> {
    for (const { id, known, joining, latest } of this.states.values())
      if (known && joining === null) yield [id, latest];
  }

  /** All series with readings, of devices that have joined. */
  *describedSeries(): Generator<DescribedSeries> {
    for (const state of this.states.values()) {
      if (!state.known || state.joining !== null) continue;
      const { id: device, latest, overrides } = state;
      for (const [metric, last] of latest)
        yield { device, metric, unit: unitOf(state, metric), room: overrides.room, latest: last };
    }
  }

  /** The newest reading of each metric that has not fallen silent, of devices that have joined. */
  *latest(): Generator<LatestReading> {
    for (const { id, known, joining, latest, about } of this.states.values()) {
      if (!known || joining !== null) continue;
      for (const [metric, { ts, value, isStale }] of latest) {
        if (!isStale) yield { device: id, metric, unit: about.metrics?.[metric]?.unit, tsMs: ts, value };
      }
    }
  }

  hasJoined(id: DeviceId): boolean {
    return this.known(id)?.joining === null;
  }

  /** When the latest message of any device arrived; 0 before the first. */
  lastSeenMs(): number {
    return [...this.states.values()].reduce((latest, { lastSeenMs }) => Math.max(latest, lastSeenMs), 0);
  }

  /** By this a late reading of the device is recognised. */
  punctualityOf(id: DeviceId, metric: MetricName): { isClockWrong: boolean; usualPauseMs: number | null } {
    const state = this.states.get(id);
    return {
      isClockWrong: state !== undefined && state.clock.offMs !== null,
      usualPauseMs: state?.latest.get(metric)?.usualPauseMs ?? null,
    };
  }

  /** The addresses from which a device sent, the latest first; undefined where there is no such device. */
  addressesOf(id: string): SeenAddress[] | undefined {
    return this.known(id)
      ?.addresses.map(([address, firstSeenMs, lastSeenMs, messages]) => ({
        address,
        firstSeenMs,
        lastSeenMs,
        messages,
      }))
      .reverse();
  }

  roomOf(id: string): string | undefined {
    return this.states.get(id)?.overrides.room;
  }

  isBlocked(id: DeviceId): boolean {
    return this.states.get(id)?.joining?.kind === "blocked";
  }

  /** The controls of a device; undefined where there is no such device, or it has not joined. */
  controlsOf(id: DeviceId): readonly DeviceControl[] | undefined {
    const state = this.known(id);
    return state?.joining === null ? controlsOf(state) : undefined;
  }

  /** How many of the devices that have joined are online, and how many are offline. */
  counts(): DeviceCounts {
    let online = 0;
    let offline = 0;
    for (const { known, joining, presence } of this.states.values()) {
      if (!known || joining !== null) continue;
      if (presence.online) online++;
      else offline++;
    }
    return { online, offline };
  }
}

/** The unit that people set, else that of `about`, else the one beside its values. */
function unitOf({ overrides, about, units }: DeviceState, metric: MetricName): string | undefined {
  return overrides.metrics?.[metric]?.unit ?? about.metrics?.[metric]?.unit ?? units.get(metric);
}
