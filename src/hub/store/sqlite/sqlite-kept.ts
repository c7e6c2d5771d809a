// What SQLite keeps beside readings, for a copy into another store and out of one.
import { Type } from "typebox";
import { Value } from "typebox/value";
import { KeptAttribute, KeptRecord, KeptSetting, type KeptStore } from "../kept.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { ReaderMethods } from "./threads/reader.ts";
import type { SleepingWorker } from "./threads/sleeping-worker.ts";

const Rows = Type.Object({
  records: Type.Array(KeptRecord),
  attributes: Type.Array(KeptAttribute),
  settings: Type.Array(KeptSetting),
});

export function sqliteKept(commits: GroupCommit, reader: SleepingWorker<ReaderMethods>): KeptStore {
  return {
    read: async () => Value.Parse(Rows, await reader.call("kept", null)),
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
