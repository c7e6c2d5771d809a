// Saves devices: what people set of one, where the device is as it was if that fails, and what changed by itself.
import type { DeviceChanges } from "../../../shared/device.ts";
import type { RecordStore } from "../../store/records.ts";
import { deviceRecords } from "./device-record.ts";
import { type DeviceState, inSaveBatches, toRecord } from "./device-state.ts";
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

/** Saves the devices that changed since; those that cannot be saved stay marked. */
export async function saveUnsaved(devices: ReadonlyMap<string, DeviceState>, records: RecordStore): Promise<void> {
  for (const batch of inSaveBatches([...devices.values()].filter(({ unsaved }) => unsaved))) {
    // It may have been removed while those before it were saved.
    const states = batch.filter(({ id, isLeaving }) => !isLeaving && devices.has(id));
    for (const state of states) state.unsaved = false;
    try {
      await records.collection(deviceRecords).save(states.map(toRecord));
    } catch (error) {
      for (const state of states) state.unsaved = true;
      throw error;
    }
  }
}
