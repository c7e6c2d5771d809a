// Removes the files of a database. Apart from the copying: the hub's own thread needs nothing else of it.
import { rmSync } from "node:fs";

/** Removes a database that is not in use, with SQLite's auxiliary files. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
