// Brings the tables up to date. Tables of a newer version or of another program are not touched.
import { BrambleError } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber, toText } from "./values.ts";

const TABLES = [
  "series",
  "reading",
  "reading_chunk",
  "rollup_slot",
  "rollup_mark",
  "attribute",
  "record",
  "setting",
  "audit",
];

/**
 * Within a transaction where the server can undo such statements; where it cannot, a step that was not finished is taken again.
 * Rejects with a message for people.
 */
export async function migrate(connection: Connection, dialect: Dialect): Promise<void> {
  const { migrations } = dialect;
  await connection.query("CREATE TABLE IF NOT EXISTS bramble_schema (step INTEGER NOT NULL)");
  const [row] = await connection.query("SELECT MAX(step) FROM bramble_schema");
  const known = row?.[0] ?? null;
  if (known === null) {
    await refuseForeignTables(connection, dialect);
    await connection.query("INSERT INTO bramble_schema (step) VALUES (0)");
  }
  const step = known === null ? 0 : toNumber(known);
  if (step > migrations.length) throw newerVersion(step, migrations.length);
  for (const [index, statements] of migrations.entries()) {
    if (index < step) continue;
    for (const statement of statements) await connection.query(statement);
    await connection.query("INSERT INTO bramble_schema (step) VALUES (?)", [index + 1]);
  }
}

/** Lets the views open chunks where they do not yet; rejects with a message where the server cannot, or does not allow it. */
export async function openChunksInViews(connection: Connection, dialect: Dialect): Promise<void> {
  const { chunkViews, sql, product } = dialect;
  const [known] = await connection.query(
    `SELECT table_name FROM information_schema.views WHERE table_schema = ${sql.currentSchema}
     AND table_name = 'bramble_reading' AND view_definition LIKE '%bramble_chunk%'`,
  );
  if (known !== undefined) return;
  const [able] = await connection.query(sql.canOpenChunks);
  if (toNumber(able?.[0] ?? 0) !== 1)
    throw new BrambleError("store-failed", `${product} cannot open what is compressed.`);
  for (const statement of chunkViews) await connection.query(statement);
}

/** Whether the tables are those of this version. Rejects with a message where they are a newer one's. */
export async function isCurrent(connection: Connection, { migrations, sql }: Dialect): Promise<boolean> {
  const [table] = await connection.query(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${sql.currentSchema} AND table_name = 'bramble_schema'`,
  );
  if (table === undefined) return false;
  const [row] = await connection.query("SELECT MAX(step) FROM bramble_schema");
  const step = toNumber(row?.[0] ?? 0);
  if (step > migrations.length) throw newerVersion(step, migrations.length);
  return step === migrations.length;
}

function newerVersion(step: number, known: number): BrambleError {
  return new BrambleError("store-failed", message("store/newer", { step, known }));
}

/** Rejects with a message where the database has tables of another program. */
export async function refuseForeignTables(connection: Connection, { product, sql }: Dialect): Promise<void> {
  const places = TABLES.map(() => "?").join(", ");
  const rows = await connection.query(
    `SELECT table_name FROM information_schema.tables
     WHERE table_schema = ${sql.currentSchema} AND table_name IN (${places})`,
    TABLES,
  );
  const [found] = rows;
  if (found === undefined) return;
  throw new BrambleError("store-failed", message("store/foreign-table", { product, table: toText(found[0]) }));
}
