// Adds imported readings to their devices. An import is an administrator's decision: its devices are approved, and new ones are
// created. It brings no device online, and no cadence or clock offset is learned from it.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { type Message, type MessageCode, message } from "../../shared/messages/message.ts";
import type { Reading } from "../../shared/reading.ts";
import type { HubEvents } from "../events.ts";
import type { RecordStore } from "../store/records.ts";
import type { DeviceDirectory } from "./directory.ts";
import type { DeviceMends } from "./mends.ts";
import type { Registry } from "./registry.ts";
import { deviceRecords } from "./state/device-record.ts";
import { type DeviceState, newState, toRecord } from "./state/device-state.ts";
import { MetricState } from "./state/metric-state.ts";

export interface ImportedDevicesOptions {
  readonly directory: DeviceDirectory;
  readonly registry: Pick<Registry, "approve">;
  readonly records: RecordStore;
  readonly mends: Pick<DeviceMends, "shown">;
  readonly events: Pick<HubEvents, "deviceChanged" | "readingsStored">;
}

type LineRejection = Message<Extract<MessageCode, `import/line-${string}`>>;

export class ImportedDevices {
  readonly #options: ImportedDevicesOptions;

  constructor(options: ImportedDevicesOptions) {
    this.#options = options;
  }

  /** Why readings of the series cannot be imported; null where they can. */
  rejectionOf(device: DeviceId, metric: MetricName): LineRejection | null {
    const { states, maxDevices, maxMetrics } = this.#options.directory;
    const state = states.get(device);
    if (state === undefined)
      return states.size < maxDevices ? null : message("import/line-many-devices", { limit: maxDevices });
    if (state.isLeaving) return message("import/line-leaving", { device });
    if (state.joining?.kind === "blocked") return message("import/line-blocked", { device });
    if (state.admitted.has(metric) || state.admitted.size < maxMetrics) return null;
    return message("import/line-many-metrics", { device, limit: maxMetrics });
  }

  hasDevice(device: DeviceId): boolean {
    return this.#options.directory.states.has(device);
  }

  hasSeries(device: DeviceId, metric: MetricName): boolean {
    return this.#options.directory.states.get(device)?.admitted.has(metric) === true;
  }

  /** Approves the devices of the readings and creates missing ones; resolves once that is on disk. */
  async admit(readings: readonly Reading[]): Promise<void> {
    for (const [device, ofDevice] of Map.groupBy(readings, (reading) => reading.device)) {
      const state = this.#options.directory.states.get(device) ?? (await this.#make(device, ofDevice));
      if (state.joining?.kind === "waiting") await this.#options.registry.approve(device);
      for (const { metric } of ofDevice) state.admitted.add(metric);
    }
  }

  /** Updates the devices with readings that were stored, and with units. */
  stored(
    readings: readonly Reading[],
    units: readonly { readonly device: DeviceId; readonly metric: MetricName; readonly unit: string }[],
    receivedAtMs: number,
  ): void {
    const { directory, mends, events } = this.#options;
    const changed = new Set<DeviceState>();
    for (const reading of readings) {
      const { device, metric, tsMs } = reading;
      const state = directory.states.get(device);
      const value = mends.shown(device, metric, tsMs, reading.value);
      if (state === undefined || value === null) continue;
      const known = state.latest.get(metric);
      if (known !== undefined && tsMs < known.ts) continue;
      if (known === undefined) state.latest.set(metric, new MetricState(tsMs, value, Math.min(tsMs, receivedAtMs)));
      else Object.assign(known, { ts: tsMs, value });
      // The device has not sent anything itself.
      if (state.address === null) state.lastSeenMs = Math.max(state.lastSeenMs, Math.min(tsMs, receivedAtMs));
      changed.add(state);
    }
    for (const { device, metric, unit } of units) {
      const state = directory.states.get(device);
      if (state === undefined || state.units.has(metric)) continue;
      state.units.set(metric, unit);
      changed.add(state);
    }
    for (const state of changed) {
      state.known = true;
      state.unsaved = true;
      events.deviceChanged.emit(state.id);
    }
    const times = Float64Array.from(readings, ({ tsMs }) => tsMs);
    for (const listener of events.readingsStored) listener(readings, times, receivedAtMs);
  }

  async #make(id: DeviceId, readings: readonly Reading[]): Promise<DeviceState> {
    const { directory, records } = this.#options;
    const seenMs = readings.reduce((first, { tsMs }) => Math.min(first, tsMs), Number.POSITIVE_INFINITY);
    const record = { id, firstSeenMs: seenMs, lastSeenMs: seenMs, address: null, about: {} };
    const state = newState(record, { online: false, sinceMs: seenMs });
    directory.states.set(id, state);
    await records.collection(deviceRecords).save([toRecord(state)]);
    state.isRecorded = true;
    return state;
  }
}
