// The controls of a device, as its `about` declares them or a person added them, and the values that each accepts.
import { type Static, Type } from "typebox";
import type { Problem } from "../errors.ts";
import { message } from "../messages/message.ts";

/** Declared by the device, or added by people. */
export const MAX_CONTROLS_PER_DEVICE = 100;

const id = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$" });
const label = Type.Optional(Type.String({ minLength: 1, maxLength: 64 }));

export const SwitchControl = Type.Object({ id, label, kind: Type.Literal("switch") });

export const NumberControl = Type.Object({
  id,
  label,
  kind: Type.Literal("number"),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  step: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  unit: Type.Optional(Type.String({ maxLength: 32 })),
});

export const Control = Type.Union([
  SwitchControl,
  NumberControl,
  Type.Object({
    id,
    label,
    kind: Type.Literal("select"),
    options: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 100 }),
  }),
  Type.Object({ id, label, kind: Type.Literal("button"), confirm: Type.Optional(Type.Boolean()) }),
  Type.Object({
    id,
    label,
    kind: Type.Literal("text"),
    max_length: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  }),
  Type.Object({ id, label, kind: Type.Literal("color") }),
]);
export type Control = Static<typeof Control>;

export const ControlValue = Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 1_000 }), Type.Null()]);
export type ControlValue = Static<typeof ControlValue>;

const TEXT_CHARACTERS = 1_000;
/** Of a number of steps; doubles are exact to about 1e-16 of a value. */
const STEP_TOLERANCE = 1e-9;
const COLOR = /^#[0-9a-f]{6}$/i;

/** What is wrong with a value for this control; null where it may be sent. */
export function checkControlValue(control: Control, value: ControlValue): Problem | null {
  const of = { field: "value", control: control.id };
  switch (control.kind) {
    case "switch":
      return typeof value === "boolean" ? null : message("bad-value/switch", of);
    case "number": {
      const { min = null, max = null, step } = control;
      const isInRange = typeof value === "number" && (min === null || min <= value) && (max === null || value <= max);
      if (!isInRange) return message("bad-value/number", { ...of, min, max });
      const from = min ?? 0;
      if (step === undefined || isOnStep(value - from, step)) return null;
      return message("bad-value/step", { ...of, step, from });
    }
    case "select": {
      if (typeof value === "string" && control.options.includes(value)) return null;
      return message("bad-value/select", { ...of, options: control.options.join(", ").slice(0, 200) });
    }
    case "button":
      return value === null || value === true ? null : message("bad-value/button", of);
    case "text": {
      const { max_length: maxCharacters = TEXT_CHARACTERS } = control;
      if (typeof value === "string" && value.length <= maxCharacters) return null;
      return message("bad-value/text", { ...of, maxCharacters });
    }
    case "color":
      return typeof value === "string" && COLOR.test(value) ? null : message("bad-value/color", of);
  }
}

/** What is wrong with the controls of one device; null where nothing is. `error` is what the problem is then. */
export function checkControls(controls: readonly Control[], error: "bad-about" | "bad-request"): Problem | null {
  const ids = new Set<string>();
  for (const [index, control] of controls.entries()) {
    const { id } = control;
    const of = { field: `controls.${index}`, control: id };
    if (ids.has(id)) return message(`${error}/duplicate-control`, of);
    ids.add(id);
    if (control.kind !== "number") continue;
    const { min, max } = control;
    if (min !== undefined && max !== undefined && min > max)
      return message(`${error}/empty-range`, { ...of, min, max });
  }
  return null;
}

/** Whether `distance` is a whole number of steps, within floating-point error: 0.3 is three steps of 0.1. */
function isOnStep(distance: number, step: number): boolean {
  const steps = distance / step;
  return Math.abs(steps - Math.round(steps)) <= STEP_TOLERANCE * Math.max(1, Math.abs(steps));
}
