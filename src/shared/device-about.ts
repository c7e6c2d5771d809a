// A device's description of itself, and the values of its controls that it reports.
import { type Static, Type } from "typebox";
import { Control, ControlValue, MAX_CONTROLS_PER_DEVICE } from "./controls/control.ts";
import { limits } from "./reading.ts";

export const DeviceAbout = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  model: Type.Optional(Type.String({ maxLength: 128 })),
  controls: Type.Optional(Type.Array(Control, { maxItems: MAX_CONTROLS_PER_DEVICE })),
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

/** The value of a control that the device reported last. */
export const Reported = Type.Object({ value: ControlValue, atMs: Type.Integer() });
export type Reported = Static<typeof Reported>;
