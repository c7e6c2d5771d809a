// `bramble restore FILE`: puts a backup in the place of the database. At any moment one of the two is there, whole.
import { copyFileSync, existsSync, linkSync, renameSync } from "node:fs";
import { resolve } from "node:path";
import { absorbLog, removeDatabase } from "../hub/store/maintenance.ts";
import { copyAndCheck, type DatabaseCommand, reasonOf, runDatabaseCommand } from "./database-command.ts";
import { flushFile, flushName } from "./flush.ts";

const command: DatabaseCommand = {
  name: "restore",
  takesForce: true,
  help: `bramble restore FILE: verifies a backup and puts it in the place of the hub's database, which is kept beside it.
The hub must be stopped.

  --data DIR   data folder of the hub
  --force      take FILE although it is damaged

Ends with 0 when it is restored, with 1 when FILE is damaged and was not, and with 2 when it cannot be.`,
  async run({ folder, file, force, signal }) {
    if (file === null) throw new Error("Name the backup: bramble restore FILE.");
    const path = folder.databasePath;
    if (resolve(file) === resolve(path)) throw new Error(`${file} is the hub's database as it is now.`);
    folder.hold();
    const part = `${path}.part`;
    try {
      // What a restore that was killed has left.
      removeDatabase(part);
      const isSound = await copyAndCheck(file, part, signal);
      if (!isSound && !force) {
        console.error(`${file} is damaged and was not restored. Take another backup, or say --force.`);
        return 1;
      }
      const kept = keepPresent(path);
      renameSync(part, path);
      flushName(path);
      console.log(`${file} is restored.${kept === null ? "" : ` What was there before is kept as ${kept}.`}`);
      return 0;
    } finally {
      removeDatabase(part);
      folder.release();
    }
  },
};

/** Gives the present database a second name, and answers it; null where there is none. */
function keepPresent(path: string): string | null {
  const kept = `${path}.before-restore-${new Date().toISOString().replaceAll(":", "-")}`;
  if (existsSync(path)) absorbPresentLog(path);
  // A log that stayed must not be taken for the backup's.
  for (const suffix of ["-journal", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  }
  if (!existsSync(path)) return null;
  try {
    linkSync(path, kept);
  } catch {
    // Not every file system knows links.
    copyFileSync(path, kept);
    flushFile(kept);
  }
  return kept;
}

function absorbPresentLog(path: string): void {
  const absorbed = absorbLog(path);
  if (absorbed.kind === "busy")
    throw new Error(`Another program has ${path} open. Let it end first.`, { cause: absorbed.cause });
  if (absorbed.kind === "unreadable")
    console.error(`The present database cannot be opened (${reasonOf(absorbed.cause)}); it is kept as it is.`);
}

/** Resolves with the exit code. */
export const restore = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
