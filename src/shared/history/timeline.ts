// What is marked on the time axis of charts: notes of people.
import { type Static, Type } from "typebox";
import { Time } from "../api.ts";
import { limits } from "../reading.ts";

const MAX_ANNOTATION_CHARACTERS = 200;
/** 9999-12-31: what `Date` writes with a year of four digits. */
const LATEST_MS = 253_402_300_799_999;

const moment = (description: string) => Type.Integer({ minimum: limits.earliestTsMs, maximum: LATEST_MS, description });

/** A few words of a person about a moment, or about a stretch of time where there is an end. */
export const AnnotationRequest = Type.Object(
  {
    time: moment("the moment, or where the stretch begins: milliseconds UTC"),
    timeEnd: Type.Optional(moment("where the stretch ends, after `time`; left out for a moment")),
    text: Type.String({
      minLength: 1,
      maxLength: MAX_ANNOTATION_CHARACTERS,
      pattern: "^[^\\p{Cc}]*[^\\p{Cc}\\s][^\\p{Cc}]*$",
    }),
    device: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "whose; all devices without it" })),
  },
  { additionalProperties: false },
);
export type AnnotationRequest = Static<typeof AnnotationRequest>;

export const Annotation = Type.Object({
  id: Type.String(),
  ...AnnotationRequest.properties,
  by: Type.String({ description: "who wrote it last" }),
  changedMs: Type.Integer({ description: "when that was" }),
});
export type Annotation = Static<typeof Annotation>;

export const AnnotationQuery = Type.Object({
  device: Type.Optional(Type.String({ description: "notes of this device and of all devices; every note without it" })),
  from: Time("start, included"),
  to: Time("end, excluded"),
});

export const AnnotationList = Type.Object({ annotations: Type.Array(Annotation, { description: "in order of time" }) });
export type AnnotationList = Static<typeof AnnotationList>;

/** A stretch of time in which the hub received nothing: its computer was asleep, or it did not run. */
export const HubPause = Type.Object({
  kind: Type.Union([Type.Literal("asleep"), Type.Literal("off")]),
  time: Type.Integer(),
  timeEnd: Type.Integer(),
});
export type HubPause = Static<typeof HubPause>;

export const HubPauseQuery = Type.Object({ from: Time("start, included"), to: Time("end, excluded") });
export const HubPauseList = Type.Object({ pauses: Type.Array(HubPause, { description: "in order of time" }) });
export type HubPauseList = Static<typeof HubPauseList>;

/** A range of time whose readings arrived much later than usual for the device. */
export const Backfill = Type.Object({
  time: Type.Integer({ description: "of its first reading" }),
  timeEnd: Type.Integer({ description: "of its last reading" }),
  receivedMs: Type.Integer({ description: "when the first of them came" }),
});
export type Backfill = Static<typeof Backfill>;

export const BackfillList = Type.Object({ backfills: Type.Array(Backfill) });
export type BackfillList = Static<typeof BackfillList>;

/** An attribute of a device changed, or was reported for the first time where there is no `before`. */
export const AttributeChange = Type.Object({
  name: Type.String(),
  text: Type.String(),
  before: Type.Optional(Type.String()),
  changedMs: Type.Integer(),
});
export type AttributeChange = Static<typeof AttributeChange>;

export const AttributeChangeList = Type.Object({
  changes: Type.Array(AttributeChange, {
    description: "the latest first; those of an attribute that changes often are few",
  }),
});
export type AttributeChangeList = Static<typeof AttributeChangeList>;
