// Brings the tables up to date, and finds out whose they are: a newer version's and a stranger's tables are left alone.
import { BrambleError } from "../../../shared/errors.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber } from "./values.ts";

/** Within a transaction, where the server can undo such statements. Rejects with a message for people. */
export async function migrate(connection: Connection, { migrations, product }: Dialect): Promise<void> {
  await connection.query("CREATE TABLE IF NOT EXISTS bramble_schema (step INTEGER NOT NULL)");
  const [row] = await connection.query("SELECT MAX(step) FROM bramble_schema");
  const step = row === undefined || row[0] === null ? 0 : toNumber(row[0]);
  if (step > migrations.length) {
    const text = `This database was written by a newer version of Bramble (its tables are at step ${step}, this one knows ${migrations.length}). Start the newer version, or name another database with --store.`;
    throw new BrambleError("store-failed", text);
  }
  for (const [index, statements] of migrations.entries()) {
    if (index < step) continue;
    try {
      for (const statement of statements) await connection.query(statement);
    } catch (cause) {
      if (step > 0 || !(cause instanceof Error) || !/already exists/i.test(cause.message)) throw cause;
      const text = `This database has tables of other programs (${cause.message}). Create a database of ${product} for Bramble alone.`;
      throw new BrambleError("store-failed", text, { cause });
    }
    await connection.query("INSERT INTO bramble_schema (step) VALUES (?)", [index + 1]);
  }
}
