// A device as a record of the store.
import { type Static, Type } from "typebox";
import { DeviceOverrides } from "../../../shared/device.ts";
import { DeviceAbout, Reported } from "../../../shared/device-about.ts";
import type { DeviceId, MetricName } from "../../../shared/ids.ts";
import type { RecordKind } from "../../store/records.ts";
import { AddressStretch } from "./address-history.ts";

/** A device that has not joined. */
export const JoiningRecord = Type.Union([
  Type.Object({
    kind: Type.Literal("waiting"),
    sinceMs: Type.Integer(),
    /** The address of its first message. */
    address: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal("blocked"),
    sinceMs: Type.Integer(),
    /** True where it had joined before: its readings of that time stay until the device is removed. */
    hadJoined: Type.Boolean(),
  }),
]);
export type JoiningRecord = Static<typeof JoiningRecord>;

/** Of times without an offset. What a person sets wins over what messages show. */
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
  /** By control: the value that the device reported last. */
  reported: Type.Optional(Type.Record(Type.String(), Reported)),
  /** What people set; `overrides` in the state. */
  given: Type.Optional(DeviceOverrides),
  /** By metric: the usual pause between two messages. */
  usualPausesMs: Type.Optional(Type.Record(Type.String(), Type.Number())),
  zone: Type.Optional(DeviceZone),
  /** The addresses from which it sent, the latest last. */
  addresses: Type.Optional(Type.Array(AddressStretch)),
  /** By metric: the unit that stood beside its values. */
  units: Type.Optional(Type.Array(Type.Tuple([Type.Unsafe<MetricName>(Type.String()), Type.String()]))),
  /** Absent where the device has joined, as in records that are older than joining. */
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
