// Refused messages as the store keeps them.
import { type Static, Type } from "typebox";
import { Refused } from "../../shared/api.ts";
import type { RecordKind } from "../store/records.ts";

/** A refused message as the API shows it, and its place in the order of arrival. */
const RefusedRecord = Type.Object({ id: Type.Integer(), refused: Refused });
export type RefusedRecord = Static<typeof RefusedRecord>;

export const refusedRecords: RecordKind<typeof RefusedRecord> = {
  name: "refused",
  schema: RefusedRecord,
  idOf: ({ id }) => String(id),
};
