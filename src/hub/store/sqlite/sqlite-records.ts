// Records and the audit log in SQLite: written by the group commit, in order with everything else; read by the reader's thread.
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { IncomingAttribute } from "../../../shared/reading.ts";
import type { AuditEntry, AuditLog } from "../audit.ts";
import type { RecordKind, RecordStore } from "../records.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { ReaderMethods } from "./threads/reader.ts";
import type { SleepingWorker } from "./threads/sleeping-worker.ts";

export function sqliteRecords(commits: GroupCommit, reader: SleepingWorker<ReaderMethods>): RecordStore {
  const findSetting = async (name: string): Promise<string | undefined> =>
    (await reader.call("settings", null)).map((row) => Value.Parse(SettingRow, row)).find((row) => row.name === name)
      ?.value;

  return {
    collection: <S extends TSchema>({ name, schema, idOf, deviceOf }: RecordKind<S>) => ({
      list: async () =>
        (await reader.call("records", name)).map((text): Static<S> => Value.Parse(schema, JSON.parse(text))),
      save: (records: readonly Static<S>[], removedIds: readonly string[] = []) => {
        const rows = records.map((record) => ({
          id: idOf(record),
          device: deviceOf?.(record) ?? null,
          text: JSON.stringify(record),
        }));
        return commits.run({ kind: "save-records", collection: name, rows, removedIds });
      },
    }),
    removeDevice: (id) => commits.run({ kind: "remove-device", id }),
    async attributes() {
      const rows = (await reader.call("attributes", null)).map((row) => Value.Parse(AttributeRow, row));
      return rows.flatMap((row): IncomingAttribute[] => {
        const device = parseDeviceId(row.device);
        const name = parseMetricName(row.name);
        return device === undefined || name === undefined ? [] : [{ device, name, text: row.text }];
      });
    },
    async setting(name, make) {
      const known = await findSetting(name);
      if (known !== undefined) return known;
      const value = make();
      await commits.run({ kind: "add-setting", name, value });
      // Another caller may have been first.
      return (await findSetting(name)) ?? value;
    },
  };
}

export function sqliteAudit(commits: GroupCommit, reader: SleepingWorker<ReaderMethods>): AuditLog {
  return {
    append: (entry) => commits.run({ kind: "append-audit", ...entry, details: JSON.stringify(entry.details) }),
    async page({ limit, after, filter = {} }) {
      const rows = await reader.call("audit", { limit: limit + 1, beforeId: idAt(after), filter });
      const shown = rows.slice(0, limit).map((row) => Value.Parse(AuditRow, row));
      const last = shown.at(-1);
      return {
        entries: shown.map(({ atMs, actor, action, subject, details }): AuditEntry => {
          return { atMs, actor, action, subject, details: Value.Parse(Details, JSON.parse(details)) };
        }),
        next: rows.length > limit && last !== undefined ? String(last.id) : null,
      };
    },
    trim: ({ fromMs, maxEntries }) => commits.run({ kind: "trim-audit", fromMs, maxEntries }),
  };
}

/** Where a page begins: below this id. */
function idAt(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new RangeError(`“${cursor}” is no place in the audit log`);
  return Number(cursor);
}

const AttributeRow = Type.Object({ device: Type.String(), name: Type.String(), text: Type.String() });
const SettingRow = Type.Object({ name: Type.String(), value: Type.String() });
const Details = Type.Record(Type.String(), Type.Unknown());
const AuditRow = Type.Object({
  id: Type.Integer(),
  atMs: Type.Integer(),
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  details: Type.String(),
});
