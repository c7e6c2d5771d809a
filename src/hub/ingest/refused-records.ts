// Refused messages as the store keeps them.
import { type Static, Type } from "typebox";
import { Refused } from "../../shared/api.ts";
import type { RecordKind } from "../store/records.ts";

/** A refused message as the API shows it, and its place in the order of arrival. */
const RefusedRecord = Type.Object({ id: Type.Integer(), refused: Refused });
export type RefusedRecord = Static<typeof RefusedRecord>;

/** As earlier versions kept it: `times` is `count`. */
const KeptRecord = Type.Object({
  id: Type.Integer(),
  refused: Type.Object({ ...Refused.properties, times: Type.Optional(Type.Integer()) }),
});

export const refusedRecords: RecordKind<typeof KeptRecord> = {
  name: "refused",
  schema: KeptRecord,
  idOf: ({ id }) => String(id),
};

/** A record of any version, as this one has it. */
export function recordOf({ id, refused: { times, ...refused } }: Static<typeof KeptRecord>): RefusedRecord {
  return { id, refused: times === undefined ? refused : { count: times, ...refused } };
}
