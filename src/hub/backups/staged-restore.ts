// A staged backup, which is to replace the database: it was verified by the running hub, and is put in place before the next one
// opens its store. Where that one does not start, the database from before is restored.
import { existsSync, renameSync } from "node:fs";
import { followLinks } from "../files/file-access.ts";
import { flushName } from "../files/flush.ts";

export function stagedPath(databasePath: string): string {
  return `${followLinks(databasePath)}.staged`;
}

/**
 * Answers the path of the database from before; null where nothing was staged. Where something was, `beforehand` is called first.
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

/** The hub does not start on the restored database: puts the one from before back, and retains the other one beside it. */
export function putBack(databasePath: string, kept: string): void {
  const path = followLinks(databasePath);
  for (const suffix of ["", "-wal", "-shm", "-journal"])
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.not-restored${suffix}`);
  renameSync(kept, path);
  flushName(path);
}
