// Restores the state of devices from the store.
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import { type DeviceRecord, deviceRecords } from "./state/device-record.ts";
import { type DeviceState, newState } from "./state/device-state.ts";
import { MetricState } from "./state/metric-state.ts";

/** Every device starts as offline: none has sent anything yet. */
export async function restoreDevices(
  devices: Map<string, DeviceState>,
  readings: ReadingStore,
  records: RecordStore,
  nowMs: number,
): Promise<void> {
  const restore = (record: DeviceRecord): DeviceState => {
    const state = newState(record, { online: false, sinceMs: record.lastSeenMs });
    state.known = true;
    state.isRecorded = true;
    devices.set(record.id, state);
    return state;
  };
  const pauses = new Map<string, DeviceRecord["usualPausesMs"]>();
  const stored = await records.collection(deviceRecords).list();
  for (const record of stored.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    restore(record);
    pauses.set(record.id, record.usualPausesMs);
  }
  for (const { device, metric, tsMs, value } of await readings.latest()) {
    // Its readings were stored, but the hub died before it saved the device.
    const state =
      devices.get(device) ?? restore({ id: device, firstSeenMs: tsMs, lastSeenMs: tsMs, address: null, about: {} });
    state.admitted.add(metric);
    const usualPauseMs = pauses.get(device)?.[metric] ?? null;
    state.latest.set(metric, new MetricState(tsMs, value, Math.min(tsMs, nowMs), usualPauseMs));
  }
  for (const { device, name, text } of await records.attributes()) devices.get(device)?.attributes.set(name, text);
}
