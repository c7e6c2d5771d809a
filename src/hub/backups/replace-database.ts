// Replaces the database by another one. At any moment one of the two is in place, complete.
import { copyFileSync, existsSync, linkSync, renameSync } from "node:fs";
import { errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { flushFile, flushName } from "../files/flush.ts";
import { absorbLog } from "../store/maintenance.ts";

export interface Replaced {
  /** Where the one that was there before is now; null where there was none. */
  readonly kept: string | null;
  /** Why it cannot be opened; null where it can. It is kept in either case. */
  readonly unreadable: string | null;
}

/** Gives the database `part` the name `path`. Throws with a message where another program has that one open. */
export function replaceDatabase(path: string, part: string): Replaced {
  const replaced = keepPresent(path);
  renameSync(part, path);
  flushName(path);
  return replaced;
}

/** Gives the present database a second name. */
function keepPresent(path: string): Replaced {
  const kept = `${path}.before-restore-${new Date().toISOString().replaceAll(":", "-")}`;
  const unreadable = existsSync(path) ? absorbPresentLog(path) : null;
  // SQLite would take a remaining write-ahead log for the backup's.
  for (const suffix of ["-journal", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  }
  if (!existsSync(path)) return { kept: null, unreadable };
  try {
    linkSync(path, kept);
  } catch {
    // Not every file system has links.
    copyFileSync(path, kept);
    flushFile(kept);
  }
  return { kept, unreadable };
}

function absorbPresentLog(path: string): string | null {
  const absorbed = absorbLog(path);
  if (absorbed.kind === "busy") throw new Failure(message("cli/open-elsewhere", { path }), { cause: absorbed.cause });
  if (absorbed.kind === "done") return null;
  return errorText(absorbed.cause);
}
