// What a device lets itself be told: its controls, as its `about` declares them or a person added them, and which values
// each takes.
import { type Static, Type } from "typebox";
import { type Problem, problem } from "./errors.ts";

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
const COLOR = /^#[0-9a-f]{6}$/i;

/** What is wrong with a value for this control, in words; null where it may be sent. */
export function checkControlValue(control: Control, value: ControlValue): Problem | null {
  const wrong = (words: string) => problem("bad-value", `${control.id} takes ${words}.`, { field: "value" });
  switch (control.kind) {
    case "switch":
      return typeof value === "boolean" ? null : wrong("true or false");
    case "number": {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = control;
      if (typeof value === "number" && min <= value && value <= max) return null;
      return wrong(`a number${rangeWords(control.min, control.max)}`);
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

function rangeWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` from ${min} on`;
  return max === undefined ? "" : ` up to ${max}`;
}
