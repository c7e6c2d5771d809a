// The metadata in SQLite, for a copy into another store and out of one.
import { Type } from "typebox";
import { Value } from "typebox/value";
import { type MetadataStore, StoredAttribute, StoredRecord, StoredSetting } from "../metadata.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { ReaderMethods } from "./threads/reader.ts";
import type { SleepingWorker } from "./threads/sleeping-worker.ts";

const Rows = Type.Object({
  records: Type.Array(StoredRecord),
  attributes: Type.Array(StoredAttribute),
  settings: Type.Array(StoredSetting),
});

export function sqliteMetadata(commits: GroupCommit, reader: SleepingWorker<ReaderMethods>): MetadataStore {
  return {
    read: async () => Value.Parse(Rows, await reader.call("metadata", null)),
    replace(part) {
      switch (part.kind) {
        case "collection": {
          const { name: collection, ids: removedIds, records: rows } = part;
          return commits.run({ kind: "save-records", collection, rows, removedIds });
        }
        case "attributes":
          return commits.run({ kind: "replace-attributes", attributes: part.attributes });
        case "settings":
          return commits.run({ kind: "replace-settings", settings: part.settings });
      }
    },
  };
}
