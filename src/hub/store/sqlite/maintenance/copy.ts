// Copies a database, page by page and as of one moment; other processes may read and write it meanwhile.
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { openToRead } from "./check.ts";
import { removeDatabase } from "./remove-database.ts";

/** Pages between two checks of the signal. */
const PAGES_AT_ONCE = 8_192;

/**
 * Copies the database `from`, with what its write-ahead log holds, into the new file `to`, which is whole in itself.
 * Leaves no `to` behind where it rejects.
 */
export async function copyDatabase(from: string, to: string, signal: AbortSignal): Promise<void> {
  try {
    const db = openToRead(from);
    try {
      // Outside of a transaction the copy would restart with every commit.
      db.exec("BEGIN");
      db.prepare("SELECT count(*) FROM sqlite_schema").get();
      await db.backup(resolve(to), {
        progress() {
          signal.throwIfAborted();
          return PAGES_AT_ONCE;
        },
      });
    } finally {
      db.close();
    }
    const copy = new Database(to);
    try {
      copy.pragma("journal_mode = DELETE");
    } finally {
      copy.close();
    }
  } catch (error) {
    removeDatabase(to);
    throw error;
  }
}
