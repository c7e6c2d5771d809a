// A device as the API shows it.
import { type Static, Type } from "typebox";
import { Control, ControlValue } from "./control.ts";

export const Presence = Type.Object({
  online: Type.Boolean(),
  sinceMs: Type.Integer({ description: "when it came or went, milliseconds UTC" }),
});
export type Presence = Static<typeof Presence>;

export const Metric = Type.Object({
  name: Type.String(),
  label: Type.Optional(Type.String()),
  unit: Type.Optional(Type.String()),
  latest: Type.Object({ ts: Type.Integer(), value: Type.Number() }),
});
export type Metric = Static<typeof Metric>;

/** A control, and what the device last said that it is set to. */
export const DeviceControl = Type.Object({
  control: Control,
  reported: Type.Optional(Type.Object({ value: ControlValue, atMs: Type.Integer() })),
});
export type DeviceControl = Static<typeof DeviceControl>;

export const Device = Type.Object({
  id: Type.String(),
  name: Type.String({ description: "what it calls itself, or its id" }),
  model: Type.Optional(Type.String()),
  address: Type.Union([Type.String(), Type.Null()], { description: "where it was last heard from" }),
  presence: Presence,
  firstSeenMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  metrics: Type.Array(Metric),
  controls: Type.Array(DeviceControl),
  attributes: Type.Record(Type.String(), Type.String()),
});
export type Device = Static<typeof Device>;
