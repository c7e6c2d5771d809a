// What joining needs of a device's state.
import type { DeviceId, MetricName } from "../../../shared/ids.ts";
import { HOUR_MS } from "../../../shared/time.ts";
import type { JoiningRecord } from "./device-record.ts";

/** How long a device waits, and how long the readings of a blocked one can be restored. */
export const QUARANTINE_MS = 7 * 24 * HOUR_MS;

export interface JoiningDevice {
  readonly id: DeviceId;
  /** Null where it has joined. */
  joining: JoiningRecord | null;
  /** Quarantined readings, those on their way to the store too. */
  quarantinedReadings: number;
  /** False until it is on disk that the device has not joined. */
  isRecorded: boolean;
  recording: Promise<void> | null;
  /** True while its readings are being removed, or copied to another device before that. */
  isLeaving: boolean;
  /** True while the readings of another device are copied to it. */
  takesIn: boolean;
  readonly admitted: Set<string>;
  readonly latest: Map<MetricName, { readonly ts: number; readonly value: number }>;
}
