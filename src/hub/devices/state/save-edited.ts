// Writes down what people say of a device, and that it is to go. What could not be written down is taken back.
import type { DeviceChanges } from "../../../shared/device.ts";
import type { RecordStore } from "../../store/records.ts";
import { deviceRecords } from "./device-record.ts";
import { type DeviceState, toRecord } from "./device-state.ts";
import { edited } from "./overrides.ts";

/** Resolves once it is on disk; rejects, with the device as it was, where it cannot be. */
export async function saveEdited(state: DeviceState, changes: DeviceChanges, records: RecordStore): Promise<void> {
  const before = { given: state.given, zone: state.zone };
  state.given = edited(before.given, changes);
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
