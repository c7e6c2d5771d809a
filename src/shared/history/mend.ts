// A mend: a correction of wrong readings by people. The stored readings are not changed: mends are applied when readings are read,
// the oldest first, each to the result of those before it.
import { type Static, Type } from "typebox";

export const MAX_MENDS_PER_DEVICE = 500;

const value = (description: string) =>
  Type.Number({ minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE, description });
const tsMs = (description: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

/** The effect on a reading. */
export const Repair = Type.Union([
  Type.Object({ kind: Type.Literal("hide") }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal("set"), value: value("what it is instead") }, { additionalProperties: false }),
  Type.Object(
    { kind: Type.Literal("scale"), factor: value("first times this"), offset: value("then plus this") },
    { additionalProperties: false },
  ),
]);
export type Repair = Static<typeof Repair>;

const box = {
  metric: Type.String({ minLength: 1, maxLength: 256 }),
  from: tsMs("from this time on, milliseconds UTC"),
  to: tsMs("before this time, milliseconds UTC"),
  least: Type.Optional(value("readings of at least this value")),
  greatest: Type.Optional(value("readings of at most this value")),
};

export const MendRequest = Type.Object({ ...box, repair: Repair }, { additionalProperties: false });
export type MendRequest = Static<typeof MendRequest>;

export const Mend = Type.Object({
  id: Type.String(),
  device: Type.String(),
  ...box,
  repair: Repair,
  by: Type.String({ description: "who mended" }),
  at: Type.Integer({ description: "when, milliseconds UTC" }),
});
export type Mend = Static<typeof Mend>;

export const MendList = Type.Object({ mends: Type.Array(Mend, { description: "oldest first, as they apply" }) });
export type MendList = Static<typeof MendList>;

const readings = Type.Integer({ description: "how many readings lie in it" });

export const MendResult = Type.Object({ mend: Mend, readings });
export type MendResult = Static<typeof MendResult>;

export const MendPreviewQuery = Type.Object({
  metric: Type.String(),
  from: Type.String(),
  to: Type.String(),
  least: Type.Optional(Type.Number({ description: "readings of at least this value" })),
  greatest: Type.Optional(Type.Number({ description: "readings of at most this value" })),
});

export const MendPreview = Type.Object({ readings });
export type MendPreview = Static<typeof MendPreview>;

/** Of a device that has mends, or had some since the hub started. */
export const MendState = Type.Object({
  mends: Type.Integer(),
  changedMs: Type.Integer({ description: "when one was last made or undone, milliseconds UTC" }),
});
export type MendState = Static<typeof MendState>;
