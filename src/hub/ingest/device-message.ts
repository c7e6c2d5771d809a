// The messages of devices, in the form to which every protocol decodes its own.
import type { CommandReply } from "../../shared/controls/command.ts";
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceAbout } from "../../shared/device-about.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { IncomingAttribute, IncomingReading } from "../../shared/reading.ts";
import type { SkipReason } from "../devices/state/skipped-field.ts";

/** Readings of one device or of several, stored together or not at all. */
export interface ReadingsMessage {
  readonly kind: "readings";
  readonly readings: readonly IncomingReading[];
  readonly attributes: readonly IncomingAttribute[];
  /** Units that stood beside values. */
  readonly units: readonly IncomingUnit[];
  /** Fields that were left out and are reported to the sender. */
  readonly skipped: readonly SkippedField[];
  /** Those of `readings` whose time came without an offset: it was read as UTC, and may be in the zone of the device. */
  readonly localTimes: ReadonlySet<IncomingReading>;
}

/** Of a message that holds readings and nothing else, as most do. */
export const noExtras: Omit<ReadingsMessage, "kind" | "readings"> = {
  attributes: [],
  units: [],
  skipped: [],
  localTimes: new Set(),
};

export interface IncomingUnit {
  readonly device: DeviceId;
  readonly metric: MetricName;
  readonly unit: string;
}

/** A field that holds nothing to store, while the rest of its message does. */
export interface SkippedField {
  readonly device: DeviceId;
  /** Path of the field inside the message. */
  readonly field: string;
  readonly reason: SkipReason;
}

export type DeviceMessage =
  | ReadingsMessage
  | { readonly kind: "about"; readonly device: DeviceId; readonly about: DeviceAbout }
  | { readonly kind: "status"; readonly device: DeviceId; readonly isOnline: boolean }
  /** By control, the value that it is set to. */
  | { readonly kind: "state"; readonly device: DeviceId; readonly values: ReadonlyMap<string, ControlValue> }
  | { readonly kind: "reply"; readonly device: DeviceId; readonly reply: CommandReply };
