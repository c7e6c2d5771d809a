// Rows in statements of many each: one by one, ten thousand of them would wait ten thousand times for a server that is far away, in one
// transaction.
import type { Connection, DialectSql, SqlValue, UpsertTarget } from "../dialect.ts";

const ROWS_PER_STATEMENT = 500;
/** Far below the least `max_allowed_packet`, escaped and in any script. */
const CHARACTERS_PER_STATEMENT = 128 * 1024;

type Values = readonly SqlValue[];

/** In their order. `statementOf` gets the places of some rows: `(?, ?), (?, ?)`. */
export async function writeRows(
  connection: Connection,
  statementOf: (places: string) => string,
  rows: readonly Values[],
): Promise<void> {
  for (const some of inStatements(rows)) {
    const places = some.map((row) => `(${row.map(() => "?").join(", ")})`);
    await connection.query(statementOf(places.join(", ")), some.flat());
  }
}

/** No two rows may have the same key. */
export function upsertRows(
  connection: Connection,
  sql: DialectSql,
  target: UpsertTarget,
  rows: readonly Values[],
): Promise<void> {
  return writeRows(connection, (places) => sql.upsert(target, places), rows);
}

function inStatements(rows: readonly Values[]): Values[][] {
  const statements: Values[][] = [];
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
