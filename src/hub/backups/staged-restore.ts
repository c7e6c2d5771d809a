// A backup that waits to take the place of the database: it was verified by the hub that ran, and is put in place before the
// next one opens its store. Where that one does not start, the database from before comes back.
import { existsSync, renameSync } from "node:fs";
import { followLinks } from "../file-access.ts";
import { flushName } from "./flush.ts";

export function stagedPath(databasePath: string): string {
  return `${followLinks(databasePath)}.staged`;
}

/**
 * Answers where the database from before is kept; null where nothing was staged. `beforehand` is done first, where something was.
 * Throws with a message.
 */
export async function putStagedInPlace(databasePath: string, beforehand: () => Promise<void>): Promise<string | null> {
  const staged = stagedPath(databasePath);
  if (!existsSync(staged)) return null;
  await beforehand();
  // Seldom needed.
  const { replaceDatabase } = await import("./replace-database.ts");
  return replaceDatabase(followLinks(databasePath), staged).kept;
}

/** The hub does not start on what was restored: puts the database from before back, and keeps the other one aside. */
export function putBack(databasePath: string, kept: string): void {
  const path = followLinks(databasePath);
  for (const suffix of ["", "-wal", "-shm", "-journal"])
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.not-restored${suffix}`);
  renameSync(kept, path);
  flushName(path);
}
