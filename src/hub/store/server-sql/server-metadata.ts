// The metadata in a database server, for a copy into another store and out of one.
import type { MetadataStore } from "../metadata.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Dialect } from "./dialect.ts";
import { searchableJson, toNumber, toText } from "./values.ts";
import type { CommitQueue } from "./writing/commit-queue.ts";

export function serverMetadata({ sql }: Dialect, commits: CommitQueue, pool: ConnectionPool): MetadataStore {
  return {
    read: () =>
      pool.transaction(sql.beginSnapshot, async (connection) => {
        const records = await connection.query("SELECT collection, id, device, text FROM record ORDER BY number");
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
            for (const { collection, id, device, text } of part.records)
              await connection.query("INSERT INTO record (collection, id, device, text) VALUES (?, ?, ?, ?)", [
                collection,
                id,
                device,
                searchableJson(text),
              ]);
            break;
          case "attributes":
            await connection.query("DELETE FROM attribute");
            for (const { device, name, text, changedAtMs } of part.attributes)
              await connection.query("INSERT INTO attribute (device, name, text, changed_at) VALUES (?, ?, ?, ?)", [
                device,
                name,
                text,
                changedAtMs,
              ]);
            break;
          case "settings":
            await connection.query("DELETE FROM setting");
            for (const { name, value } of part.settings)
              await connection.query("INSERT INTO setting (name, value) VALUES (?, ?)", [name, value]);
            break;
        }
      }),
  };
}
