// The metadata in a database server, for a copy into another store and out of one.
import { type MetadataStore, OF_ONE_DATABASE } from "../metadata.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect, SqlValue } from "./dialect.ts";
import { searchableJson, toNumber, toText } from "./values.ts";
import type { CommitQueue } from "./writing/commit-queue.ts";
import { writeRows } from "./writing/row-statements.ts";

export function serverMetadata({ sql }: Dialect, commits: CommitQueue, pool: ConnectionPool): MetadataStore {
  return {
    read: () =>
      pool.transaction(sql.beginSnapshot, async (connection) => {
        const records = await connection.query(
          `SELECT collection, id, device, text FROM record
           WHERE collection NOT IN (${OF_ONE_DATABASE.map(() => "?").join(", ")}) ORDER BY number`,
          OF_ONE_DATABASE,
        );
        const attributes = await connection.query(
          "SELECT device, name, text, changed_at FROM attribute ORDER BY device, name",
        );
        const settings = await connection.query("SELECT name, value FROM setting ORDER BY name");
        return {
          records: records.map(([collection, id, device, text]) => ({
            collection: toText(collection),
            id: toText(id),
            device: device === null ? null : toText(device),
            text: toText(text),
          })),
          attributes: attributes.map(([device, name, text, changedAt]) => ({
            device: toText(device),
            name: toText(name),
            text: toText(text),
            changedAtMs: toNumber(changedAt),
          })),
          settings: settings.map(([name, value]) => ({ name: toText(name), value: toText(value) })),
        };
      }),
    replace: (part) =>
      commits.run(async (connection) => {
        switch (part.kind) {
          case "collection":
            await connection.query("DELETE FROM record WHERE collection = ?", [part.name]);
            await insert(
              connection,
              "record (collection, id, device, text)",
              part.records.map(({ collection, id, device, text }) => [collection, id, device, searchableJson(text)]),
            );
            break;
          case "attributes":
            await connection.query("DELETE FROM attribute");
            await insert(
              connection,
              "attribute (device, name, text, changed_at)",
              part.attributes.map(({ device, name, text, changedAtMs }) => [device, name, text, changedAtMs]),
            );
            break;
          case "settings":
            await connection.query("DELETE FROM setting");
            await insert(
              connection,
              "setting (name, value)",
              part.settings.map(({ name, value }) => [name, value]),
            );
            break;
        }
      }),
  };
}

function insert(connection: Connection, into: string, rows: readonly SqlValue[][]): Promise<void> {
  return writeRows(connection, (places) => `INSERT INTO ${into} VALUES ${places}`, rows);
}
