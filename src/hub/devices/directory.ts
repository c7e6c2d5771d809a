// All devices by id, as they are in memory. It depends on no other part; queries over all devices are answered here.
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

/** What is known of a series beside its readings. */
export interface DescribedSeries extends SeriesKey {
  readonly unit: string | undefined;
  readonly room: string | undefined;
  readonly latest: Pick<MetricState, "ts" | "value" | "usualPauseMs" | "silenceMs">;
}

export class DeviceDirectory {
  readonly states = new Map<string, DeviceState>();
  /** One more is refused. */
  readonly maxDevices: number;
  readonly #addedTopics = new AddedTopics(this.states);

  constructor(maxDevices: number = limits.devices) {
    this.maxDevices = maxDevices;
  }

  /** By topic: the device of a control that a person added. Only of devices that have joined. */
  addedTopics(): ReadonlyMap<string, DeviceId> {
    return this.#addedTopics.list();
  }

  /** Waits for a change to a device, which may be undone when it cannot be written down. */
  during<T>(change: Promise<T>): Promise<T> {
    return this.#addedTopics.during(change);
  }

  /** Devices have changed: what is collected of them is collected again. */
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

  /** Of all devices. */
  get metricCount(): number {
    let count = 0;
    for (const { latest } of this.states.values()) count += latest.size;
    return count;
  }

  /** What has readings. */
  *series(): Generator<SeriesKey> {
    for (const { id, latest } of this.states.values()) for (const metric of latest.keys()) yield { device: id, metric };
  }

  /** What has readings, of devices that have joined. */
  *describedSeries(): Generator<DescribedSeries> {
    for (const state of this.states.values()) {
      if (!state.known || state.joining !== null) continue;
      const { id: device, latest, given } = state;
      for (const [metric, last] of latest)
        yield { device, metric, unit: unitOf(state, metric), room: given.room, latest: last };
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

  /** When the latest message of any device came; 0 before the first. */
  lastSeenMs(): number {
    return [...this.states.values()].reduce((latest, { lastSeenMs }) => Math.max(latest, lastSeenMs), 0);
  }

  /** What tells whether a reading of the device is late. */
  punctualityOf(id: DeviceId, metric: MetricName): { isClockWrong: boolean; usualPauseMs: number | null } {
    const state = this.states.get(id);
    return {
      isClockWrong: state !== undefined && state.clock.offMs !== null,
      usualPauseMs: state?.latest.get(metric)?.usualPauseMs ?? null,
    };
  }

  /** From where a device sent, the latest first; undefined where there is no such device. */
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
    return this.states.get(id)?.given.room;
  }

  isBlocked(id: DeviceId): boolean {
    return this.states.get(id)?.joining?.kind === "blocked";
  }

  /** What may be told to a device; undefined where there is no such device, or it has not joined. */
  controlsOf(id: DeviceId): readonly DeviceControl[] | undefined {
    const state = this.known(id);
    return state?.joining === null ? controlsOf(state) : undefined;
  }

  /** How many devices that have joined are here, and how many are not. */
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

/** As people call it, else the device, else what stood beside its values. */
function unitOf({ given, about, units }: DeviceState, metric: MetricName): string | undefined {
  return given.metrics?.[metric]?.unit ?? about.metrics?.[metric]?.unit ?? units.get(metric);
}
