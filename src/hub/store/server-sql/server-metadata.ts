// The metadata in a database server, for a copy into another store and out of one.
import { type MetadataStore, OF_ONE_DATABASE } from "../metadata.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Connection, Dialect, SqlValue } from "./dialect.ts";
import { searchableJson, toNumber, toText } from "./values.ts";
import type { CommitQueue } from "./writing/commit-queue.ts";

const ROWS_PER_STATEMENT = 500;
/** Far below the least `max_allowed_packet`, escaped and in any script. */
const CHARACTERS_PER_STATEMENT = 128 * 1024;

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

/** In their order. */
async function insert(connection: Connection, into: string, rows: readonly SqlValue[][]): Promise<void> {
  for (const some of inStatements(rows)) {
    const places = some.map((row) => `(${row.map(() => "?").join(", ")})`);
    await connection.query(`INSERT INTO ${into} VALUES ${places.join(", ")}`, some.flat());
  }
}

/** One by one, ten thousand rows would wait ten thousand times for a server that is far away, in one transaction. */
function inStatements(rows: readonly SqlValue[][]): SqlValue[][][] {
  const statements: SqlValue[][][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const more = row.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
    if (characters + more > CHARACTERS_PER_STATEMENT || statements.at(-1)?.length === ROWS_PER_STATEMENT) {
      statements.push([]);
      characters = 0;
    }
    statements.at(-1)?.push(row);
    characters += more;
  }
  return statements;
}
