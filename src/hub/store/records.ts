// The port to everything that is kept beside readings: few rows, read at start, written as they change.
import { type Static, Type } from "typebox";
import { Refused, RetentionRule } from "../../shared/api.ts";
import type { Command } from "../../shared/command.ts";
import { Control, ControlValue } from "../../shared/control.ts";
import { DeviceOverrides } from "../../shared/device.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { type IncomingAttribute, limits } from "../../shared/reading.ts";

export interface RecordStore {
  devices(): Promise<DeviceRecord[]>;
  /** Writes the devices as they are now; resolves once they are on disk. */
  saveDevices(devices: readonly DeviceRecord[]): Promise<void>;
  /** Removes a device's record and its attributes; what was handed in before is on disk by then. */
  removeDevice(id: DeviceId): Promise<void>;
  /** The latest text of each attribute, oldest first. */
  attributes(): Promise<IncomingAttribute[]>;

  /** Refused messages, oldest first. */
  refused(): Promise<RefusedRecord[]>;
  /** Writes one down and forgets others, in one step. */
  saveRefused(record: RefusedRecord, forgetIds: readonly number[]): Promise<void>;

  /** Commands, in the order in which they were given. */
  commands(): Promise<Command[]>;
  /** Writes one down as it is now and forgets others, in one step. */
  saveCommand(command: Command, forgetIds: readonly string[]): Promise<void>;

  /** How long readings are kept; null while nobody has said. */
  retention(): Promise<RetentionRecord | null>;
  saveRetention(record: RetentionRecord): Promise<void>;

  /** A value that is made once and then kept, such as the hub's id. */
  setting(name: string, make: () => string): Promise<string>;
}

/** Of one device. */
const MAX_CONTROLS = 100;

/** What a device says of itself. */
export const DeviceAbout = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  model: Type.Optional(Type.String({ maxLength: 128 })),
  controls: Type.Optional(Type.Array(Control, { maxItems: MAX_CONTROLS })),
  metrics: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({
        unit: Type.Optional(Type.String({ maxLength: 32 })),
        label: Type.Optional(Type.String({ maxLength: 64 })),
      }),
      { maxProperties: limits.metricsPerDevice },
    ),
  ),
});
export type DeviceAbout = Static<typeof DeviceAbout>;

export const Reported = Type.Object({ value: ControlValue, atMs: Type.Integer() });
export type Reported = Static<typeof Reported>;

/** A device that has not joined. */
export const JoiningRecord = Type.Union([
  Type.Object({
    kind: Type.Literal("waiting"),
    sinceMs: Type.Integer(),
    /** Where its first message came from. */
    address: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal("blocked"),
    sinceMs: Type.Integer(),
    /** True where it had joined before: what it sent then is kept until somebody removes the device. */
    hadJoined: Type.Boolean(),
  }),
]);
export type JoiningRecord = Static<typeof JoiningRecord>;

export const DeviceRecord = Type.Object({
  id: Type.Unsafe<DeviceId>(Type.String()),
  firstSeenMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  address: Type.Union([Type.String(), Type.Null()]),
  about: DeviceAbout,
  /** By control: what the device last said that it is set to. */
  reported: Type.Optional(Type.Record(Type.String(), Reported)),
  /** What people say of it. */
  given: Type.Optional(DeviceOverrides),
  /** By metric: how long it is usually silent between two messages. */
  usualPausesMs: Type.Optional(Type.Record(Type.String(), Type.Number())),
  /** Nothing where the device has joined, as all have that were here before this was asked. */
  joining: Type.Optional(JoiningRecord),
});
export type DeviceRecord = Static<typeof DeviceRecord>;

/** A refused message as the API shows it, and its place in the order of arrival. */
export const RefusedRecord = Type.Object({ id: Type.Integer(), refused: Refused });
export type RefusedRecord = Static<typeof RefusedRecord>;

export const RetentionRecord = Type.Object({
  rules: Type.Array(RetentionRule),
  /** The day up to which the rules have been carried out, counted from 1970 UTC. */
  day: Type.Integer(),
});
export type RetentionRecord = Static<typeof RetentionRecord>;
