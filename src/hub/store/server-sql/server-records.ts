// Records and the audit log in a database server: written by the queue of commits, in order with everything else.
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { parseDeviceId, parseMetricName } from "../../../shared/ids.ts";
import type { IncomingAttribute } from "../../../shared/reading.ts";
import type { AuditEntry, AuditFilter, AuditLog } from "../audit.ts";
import type { RecordKind, RecordStore } from "../records.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Dialect, SqlValue } from "./dialect.ts";
import { searchableJson, toNumber, toText } from "./values.ts";
import type { CommitQueue } from "./writing/commit-queue.ts";
import { upsertRows } from "./writing/row-statements.ts";

const RECORD = {
  table: "record",
  columns: ["collection", "id", "device", "text"],
  keys: ["collection", "id"],
  updated: ["device", "text"],
};
const Details = Type.Record(Type.String(), Type.Unknown());

export function serverRecords({ sql }: Dialect, commits: CommitQueue, pool: ConnectionPool): RecordStore {
  const findSetting = async (name: string): Promise<string | undefined> => {
    const rows = await pool.read((connection) => connection.query("SELECT value FROM setting WHERE name = ?", [name]));
    return rows[0] === undefined ? undefined : toText(rows[0][0]);
  };

  return {
    collection: <S extends TSchema>({ name, schema, idOf, deviceOf }: RecordKind<S>) => ({
      list: async () => {
        const rows = await pool.read((connection) =>
          connection.query("SELECT text FROM record WHERE collection = ? ORDER BY number", [name]),
        );
        return rows.map(([text]): Static<S> => Value.Parse(schema, JSON.parse(toText(text))));
      },
      save: (records: readonly Static<S>[], removedIds: readonly string[] = []) => {
        // Of two with one id the last one counts.
        const rows = new Map(
          records.map((record): [string, SqlValue[]] => {
            const id = idOf(record);
            return [id, [name, id, deviceOf?.(record) ?? null, searchableJson(JSON.stringify(record))]];
          }),
        );
        return commits.run(async (connection) => {
          for (const id of removedIds)
            await connection.query("DELETE FROM record WHERE collection = ? AND id = ?", [name, id]);
          await upsertRows(connection, sql, RECORD, [...rows.values()]);
        });
      },
    }),
    removeDevice: (id) =>
      commits.run(async (connection) => {
        await connection.query("DELETE FROM record WHERE device = ?", [id]);
        await connection.query("DELETE FROM attribute WHERE device = ?", [id]);
      }),
    async attributes() {
      const rows = await pool.read((connection) =>
        connection.query("SELECT device, name, text FROM attribute ORDER BY changed_at, device, name"),
      );
      return rows.flatMap((row): IncomingAttribute[] => {
        const device = parseDeviceId(toText(row[0]));
        const name = parseMetricName(toText(row[1]));
        return device === undefined || name === undefined ? [] : [{ device, name, text: toText(row[2]) }];
      });
    },
    async setting(name, make) {
      const known = await findSetting(name);
      if (known !== undefined) return known;
      const value = make();
      await commits.run(async (connection) => {
        await connection.query(`INSERT INTO setting (name, value) VALUES (?, ?) ${sql.keepExisting("setting.name")}`, [
          name,
          value,
        ]);
      });
      // Another caller may have been first.
      return (await findSetting(name)) ?? value;
    },
  };
}

export function serverAudit({ sql }: Dialect, commits: CommitQueue, pool: ConnectionPool): AuditLog {
  return {
    append: ({ atMs, actor, action, subject, details }) =>
      commits.run(async (connection) => {
        await connection.query("INSERT INTO audit (at, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)", [
          atMs,
          actor,
          action,
          subject,
          searchableJson(JSON.stringify(details)),
        ]);
      }),
    async page({ limit, after, filter = {} }) {
      const [conditions, values] = conditionsOf(filter, idAt(after), sql.jsonText("details", "outcome"));
      const rows = await pool.read((connection) =>
        connection.query(
          `SELECT id, at, actor, action, subject, details FROM audit
           WHERE ${conditions} ORDER BY id DESC LIMIT ${Math.trunc(limit) + 1}`,
          values,
        ),
      );
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        entries: shown.map(
          ([, at, actor, action, subject, details]): AuditEntry => ({
            atMs: toNumber(at),
            actor: toText(actor),
            action: toText(action),
            subject: toText(subject),
            details: Value.Parse(Details, JSON.parse(toText(details))),
          }),
        ),
        next: rows.length > limit && last !== undefined ? String(toNumber(last[0])) : null,
      };
    },
    trim: ({ fromMs, maxEntries }) =>
      commits.run(async (connection) => {
        await connection.query("DELETE FROM audit WHERE at < ?", [fromMs]);
        const [newest] = await connection.query(
          `SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ${Math.trunc(maxEntries)}`,
        );
        if (newest !== undefined) await connection.query("DELETE FROM audit WHERE id <= ?", [toNumber(newest[0])]);
      }),
  };
}

function conditionsOf(filter: AuditFilter, beforeId: number, outcomeColumn: string): [string, SqlValue[]] {
  const conditions = ["id < ?"];
  const values: SqlValue[] = [beforeId];
  const add = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  const { actor, action, subject, outcome, fromMs, toMs } = filter;
  add("actor = ?", actor);
  // An action that ends with a dot stands for all that begin with it.
  if (action?.endsWith(".")) add(`SUBSTRING(action, 1, ${action.length}) = ?`, action);
  else add("action = ?", action);
  add("subject = ?", subject);
  add(`${outcomeColumn} = ?`, outcome);
  add("at >= ?", fromMs);
  add("at < ?", toMs);
  return [conditions.join(" AND "), values];
}

/** Where a page begins: below this id. */
function idAt(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new RangeError(`“${cursor}” is no place in the audit log`);
  return Number(cursor);
}
