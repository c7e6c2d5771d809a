// Saves what people set of a device, and that it is to be removed. Where that fails the device is as it was.
import type { DeviceChanges } from "../../../shared/device.ts";
import type { RecordStore } from "../../store/records.ts";
import { deviceRecords } from "./device-record.ts";
import { type DeviceState, toRecord } from "./device-state.ts";
import { edited } from "./overrides.ts";

/** Resolves once it is on disk; rejects, with the device as it was, where it cannot be. */
export async function saveEdited(state: DeviceState, changes: DeviceChanges, records: RecordStore): Promise<void> {
  const before = { overrides: state.overrides, zone: state.zone };
  state.overrides = edited(before.overrides, changes);
  const { timeZone } = changes;
  if (timeZone !== undefined) state.zone = timeZone === null ? null : { name: timeZone, by: "person" };
  await saveOr(state, before, records);
}

/** As `saveEdited`; null where the device is to stay. */
export async function saveRemoval(state: DeviceState, dueMs: number | null, records: RecordStore): Promise<void> {
  const before = { removalDueMs: state.removalDueMs };
  state.removalDueMs = dueMs;
  await saveOr(state, before, records);
}

async function saveOr(state: DeviceState, before: Partial<DeviceState>, records: RecordStore): Promise<void> {
  try {
    await records.collection(deviceRecords).save([toRecord(state)]);
  } catch (error) {
    Object.assign(state, before);
    throw error;
  }
}
