// What a device lets itself be told: its controls, as its `about` declares them or a person added them, and which values
// each takes.
import { type Static, Type } from "typebox";
import { type Problem, plainProblem } from "./errors.ts";

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

/** What is wrong with a value for this control, in words; null where it may be sent. */
export function checkControlValue(control: Control, value: ControlValue): Problem | null {
  const wrong = (words: string) => plainProblem("bad-value", `${control.id} takes ${words}.`, { field: "value" });
  switch (control.kind) {
    case "switch":
      return typeof value === "boolean" ? null : wrong("true or false");
    case "number": {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, step } = control;
      if (typeof value !== "number" || value < min || max < value)
        return wrong(`a number${rangeWords(control.min, control.max)}`);
      const from = control.min ?? 0;
      if (step === undefined || isOnStep(value - from, step)) return null;
      return wrong(`numbers in steps of ${step} from ${from}`);
    }
    case "select":
      return typeof value === "string" && control.options.includes(value)
        ? null
        : wrong(`one of ${control.options.join(", ").slice(0, 200)}`);
    case "button":
      return value === null || value === true ? null : wrong("no value");
    case "text": {
      const { max_length: most = TEXT_CHARACTERS } = control;
      return typeof value === "string" && value.length <= most ? null : wrong(`text of at most ${most} characters`);
    }
    case "color":
      return typeof value === "string" && COLOR.test(value) ? null : wrong("a colour such as #ff8800");
  }
}

/** What is wrong with the controls of one device, and with which of them; null where nothing is. */
export function checkControls(controls: readonly Control[]): { readonly index: number; readonly words: string } | null {
  const ids = new Set<string>();
  for (const [index, control] of controls.entries()) {
    const { id } = control;
    if (ids.has(id)) return { index, words: `There are two controls “${id}”.` };
    ids.add(id);
    if (control.kind !== "number") continue;
    const { min, max } = control;
    if (min !== undefined && max !== undefined && min > max)
      return { index, words: `“${id}” can be set to nothing: its lowest value, ${min}, is above its highest, ${max}.` };
  }
  return null;
}

/** Whether `distance` is a number of steps, as far as doubles can tell: 0.3 is three steps of 0.1. */
function isOnStep(distance: number, step: number): boolean {
  const steps = distance / step;
  return Math.abs(steps - Math.round(steps)) <= STEP_TOLERANCE * Math.max(1, Math.abs(steps));
}

function rangeWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` from ${min} on`;
  return max === undefined ? "" : ` up to ${max}`;
}
