// Refused messages as records of the store.
import { type Static, Type } from "typebox";
import { Refused } from "../../shared/api.ts";
import type { Language } from "../../shared/messages/language.ts";
import { isKnownMessage, render } from "../../shared/messages/render.ts";
import type { RecordKind } from "../store/records.ts";

/** To render why in any language; what earlier versions stored is shown in English. */
export const Reason = Type.Optional(Type.Object({ code: Type.String(), params: Type.Object({}) }));

/** A refused message as the API shows it, and its place in the order of arrival. */
const RefusedRecord = Type.Object({ id: Type.Integer(), refused: Refused, reason: Reason });
export type RefusedRecord = Static<typeof RefusedRecord>;

/** As any version stored it; in earlier ones `count` is called `times`. */
const StoredRefusal = Type.Object({
  id: Type.Integer(),
  refused: Type.Object({ ...Refused.properties, times: Type.Optional(Type.Integer()) }),
  reason: Reason,
});
export type StoredRefusal = Static<typeof StoredRefusal>;

export const refusedRecords: RecordKind<typeof StoredRefusal> = {
  name: "refused",
  schema: StoredRefusal,
  idOf: ({ id }) => String(id),
};

/** A record of any version, in the form of this one. */
export function recordOf({ refused: { times, ...refused }, ...record }: StoredRefusal): RefusedRecord {
  return { ...record, refused: times === undefined ? refused : { count: times, ...refused } };
}

/** Why it was refused, in `language`. */
export function reasonOf({ refused, reason }: RefusedRecord, language: Language): string {
  return language === "en" || reason === undefined || !isKnownMessage(reason)
    ? refused.message
    : render(reason, language);
}

const REPLACEMENT_CHARACTER = "\ufffd";

/** The message, where all of it is stored; null where it was longer, or is no text. */
export function payloadOf({ excerpt, bytes, code }: Refused): Uint8Array | null {
  // Of a message that is too large only the beginning was read.
  if (code === "too-large" || excerpt.includes(REPLACEMENT_CHARACTER)) return null;
  const payload = new TextEncoder().encode(excerpt);
  return payload.length === bytes ? payload : null;
}
