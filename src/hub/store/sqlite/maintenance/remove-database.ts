// Removes the files of a database. Apart from the copying: the hub's own thread needs nothing else of it.
import { rmSync } from "node:fs";

/** Removes a database that is not in use, with all that SQLite may have put beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
