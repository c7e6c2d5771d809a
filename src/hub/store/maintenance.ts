// Maintenance of a database from outside the hub, for the command line: checking, copying and replacing a file, and checking a
// database on a server.
import Database from "better-sqlite3";
import { checkServer, type ServerCheckTotals } from "./server-sql/check.ts";
import { type CheckTotals, checkDatabase, openToRead } from "./sqlite/maintenance/check.ts";
import { copyDatabase } from "./sqlite/maintenance/copy.ts";
import { removeDatabase } from "./sqlite/maintenance/remove-database.ts";

export { type CheckTotals, checkServer, copyDatabase, removeDatabase, type ServerCheckTotals };

/** A check under way. Close it however it ends. */
export interface DatabaseCheck {
  /** A message for each damage; null between two steps without one. Returns counts of what was checked. */
  readonly findings: Generator<string | null, CheckTotals>;
  close(): void;
}

/** Opens the database at `path` read-only. Throws with a message where it is none, or of a newer version. */
export function openCheck(path: string): DatabaseCheck {
  const db = openToRead(path);
  return { findings: checkDatabase(db), close: () => db.close() };
}

/**
 * Checkpoints the write-ahead log into the database and removes it, so that the file is complete by itself.
 * `busy`: another program has it open. `unreadable`: it is left as it is.
 */
export function absorbLog(
  path: string,
): { readonly kind: "done" } | { readonly kind: "busy" | "unreadable"; readonly cause: unknown } {
  try {
    const db = new Database(path);
    try {
      db.pragma("journal_mode = DELETE");
    } finally {
      db.close();
    }
    return { kind: "done" };
  } catch (cause) {
    const isBusy = cause instanceof Database.SqliteError && cause.code.startsWith("SQLITE_BUSY");
    return { kind: isBusy ? "busy" : "unreadable", cause };
  }
}
