// What is done to a database file from outside the hub: check it, copy it, replace it. The command line's way into the store:
// it knows files by their paths, and nothing of what is inside. A database on a server is checked from here as well.
import Database from "better-sqlite3";
import { checkServer } from "./server-sql/check.ts";
import { type CheckTotals, checkDatabase, openToRead } from "./sqlite/maintenance/check.ts";
import { copyDatabase } from "./sqlite/maintenance/copy.ts";
import { removeDatabase } from "./sqlite/maintenance/remove-database.ts";

export { type CheckTotals, checkServer, copyDatabase, removeDatabase };

/** A check under way. Close it however it ends. */
export interface DatabaseCheck {
  /** A sentence for each damage; null between two steps without one. Returns what was looked at. */
  readonly findings: Generator<string | null, CheckTotals>;
  close(): void;
}

/** Opens the database at `path` read-only. Throws with a message where it is none, or of a newer version. */
export function openCheck(path: string): DatabaseCheck {
  const db = openToRead(path);
  return { findings: checkDatabase(db), close: () => db.close() };
}

/**
 * Takes what the write-ahead log holds into the database, and the log away, so that the file is whole in itself.
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
