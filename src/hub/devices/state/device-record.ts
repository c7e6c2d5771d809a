// A device as the store keeps it.
import { type Static, Type } from "typebox";
import { DeviceOverrides } from "../../../shared/device.ts";
import { DeviceAbout, Reported } from "../../../shared/device-about.ts";
import type { DeviceId, MetricName } from "../../../shared/ids.ts";
import type { RecordKind } from "../../store/records.ts";
import { AddressStretch } from "../address-history.ts";

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
    /** True where it had joined before: what it sent then is kept until the device is removed. */
    hadJoined: Type.Boolean(),
  }),
]);
export type JoiningRecord = Static<typeof JoiningRecord>;

/** Of times without an offset. What a person says wins over what messages show. */
export const DeviceZone = Type.Object({
  name: Type.Union([Type.Literal("utc"), Type.Literal("hub")]),
  by: Type.Union([Type.Literal("messages"), Type.Literal("person")]),
});
export type DeviceZone = Static<typeof DeviceZone>;

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
  zone: Type.Optional(DeviceZone),
  /** From where it sent, the latest last. */
  addresses: Type.Optional(Type.Array(AddressStretch)),
  /** By metric: the unit that stood beside its values. */
  units: Type.Optional(Type.Array(Type.Tuple([Type.Unsafe<MetricName>(Type.String()), Type.String()]))),
  /** Nothing where the device has joined, as all have that were here before this was asked. */
  joining: Type.Optional(JoiningRecord),
  /** When it is removed with its history, unless a person takes that back. */
  removalDueMs: Type.Optional(Type.Integer()),
});
export type DeviceRecord = Static<typeof DeviceRecord>;

export const deviceRecords: RecordKind<typeof DeviceRecord> = {
  name: "device",
  schema: DeviceRecord,
  idOf: ({ id }) => id,
  deviceOf: ({ id }) => id,
};
