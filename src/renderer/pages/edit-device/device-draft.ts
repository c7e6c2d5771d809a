// The editable fields of a device as form text, and the changes between two drafts.
import type { Device, DeviceChanges } from "../../../shared/device.ts";
import { ownName } from "../../i18n/names.ts";

export interface DeviceDraft {
  readonly name: string;
  readonly room: string;
  readonly notes: string;
  /** Separated by commas. */
  readonly tags: string;
  /** Of times without an offset; empty where its messages decide. */
  readonly timeZone: "" | "utc" | "hub";
}

export function draftOf(device: Device): DeviceDraft {
  const { name, room = "", notes = "", tags = [] } = device;
  const timeZone = device.timeZone === undefined || device.timeZone.learned ? "" : device.timeZone.name;
  return { name: name === ownName(device) ? "" : name, room, notes, tags: tags.join(", "), timeZone };
}

/** Only the fields that differ, so that concurrent edits of other fields survive. An empty field becomes null. */
export function changesFrom(before: DeviceDraft, after: DeviceDraft): DeviceChanges {
  const differs = (field: keyof DeviceDraft) => before[field].trim() !== after[field].trim();
  const tags = after.tags.split(",").flatMap((tag) => tag.trim() || []);
  return {
    ...(differs("name") && { name: after.name.trim() || null }),
    ...(differs("room") && { room: after.room.trim() || null }),
    ...(differs("notes") && { notes: after.notes.trim() || null }),
    ...(differs("timeZone") && { timeZone: after.timeZone || null }),
    ...(differs("tags") && { tags: tags.length === 0 ? null : tags }),
  };
}
