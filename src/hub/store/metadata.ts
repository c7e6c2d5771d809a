// Everything in a store beside readings and the audit log, in raw form, for a copy into another store, which need not know what the
// records mean. Each part is replaced as a whole, in one step, so that records keep their order.
import { type Static, Type } from "typebox";

export const StoredRecord = Type.Object({
  collection: Type.String(),
  id: Type.String(),
  /** The device that the record goes with; null where there is none. */
  device: Type.Union([Type.String(), Type.Null()]),
  /** JSON. */
  text: Type.String(),
});
export type StoredRecord = Static<typeof StoredRecord>;

export const StoredAttribute = Type.Object({
  device: Type.String(),
  name: Type.String(),
  text: Type.String(),
  changedAtMs: Type.Number(),
});
export type StoredAttribute = Static<typeof StoredAttribute>;

export const StoredSetting = Type.Object({ name: Type.String(), value: Type.String() });
export type StoredSetting = Static<typeof StoredSetting>;

export interface Metadata {
  /** In the order in which they were first saved. */
  readonly records: readonly StoredRecord[];
  readonly attributes: readonly StoredAttribute[];
  readonly settings: readonly StoredSetting[];
}

/** The new content of one part. */
type MetadataPart =
  /** `ids`: of the records that are there now, or were when they were read; `records` are of the collection. */
  | {
      readonly kind: "collection";
      readonly name: string;
      readonly ids: readonly string[];
      readonly records: readonly StoredRecord[];
    }
  | { readonly kind: "attributes"; readonly attributes: readonly StoredAttribute[] }
  | { readonly kind: "settings"; readonly settings: readonly StoredSetting[] };

/** The collection that closes a database to workers. */
export const CLOSED_TO_WORKERS = "closed-to-workers";
/** The collection that names the hub that leads on a database. */
export const LEAD = "lead";
/** Collections that belong to one database: they are no part of its metadata, and are never copied. */
export const OF_ONE_DATABASE: readonly string[] = [CLOSED_TO_WORKERS, LEAD];

export interface MetadataStore {
  read(): Promise<Metadata>;
  /** Resolves once it is on disk, and everything that was handed to the store before. */
  replace(part: MetadataPart): Promise<void>;
}
