// `bramble restore FILE`: puts a backup in the place of the database. At any moment one of the two is there, whole.
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { DataFolder } from "../hub/data-folder.ts";
import { checkAndTell, type DatabaseCommand, runDatabaseCommand } from "./database-command.ts";
import { flush } from "./flush.ts";

const command: DatabaseCommand = {
  name: "restore",
  help: `bramble restore FILE: puts a backup in the place of the hub's database, which is kept beside it. The hub must be stopped.

  --data DIR   data folder of the hub
  --force      take FILE although it is damaged`,
  run({ dataFolder, file, force }) {
    if (file === null) throw new Error("Name the backup: bramble restore FILE.");
    const folder = new DataFolder(dataFolder);
    if (checkAndTell(file) !== 0 && !force) {
      throw new Error(`${file} is damaged and was not restored. Take another backup, or say --force.`);
    }
    folder.hold();
    try {
      const kept = replaceDatabase(folder.databasePath, file);
      console.log(`${file} is restored.${kept === null ? "" : ` What was there before is kept as ${kept}.`}`);
      return 0;
    } finally {
      folder.release();
    }
  },
};

/** Answers where the present database is kept, or null where there was none. */
function replaceDatabase(path: string, file: string): string | null {
  const part = `${path}.part`;
  copyFileSync(file, part);
  flush(part);
  const kept = existsSync(path) ? keepPresent(path) : null;
  renameSync(part, path);
  return kept;
}

function keepPresent(path: string): string {
  const kept = `${path}.before-restore-${new Date().toISOString().replaceAll(":", "-")}`;
  try {
    // Closing takes what the write-ahead log holds into the file, and the log away.
    new Database(path).close();
  } catch (error) {
    console.error(`The present database cannot be opened (${String(error)}); it is kept as it is.`);
  }
  // A log that stayed must not be taken for the backup's.
  for (const suffix of ["-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  }
  rmSync(kept, { force: true });
  try {
    linkSync(path, kept);
  } catch {
    // Not every file system knows links.
    copyFileSync(path, kept);
    flush(kept);
  }
  return kept;
}

/** Resolves with the exit code. */
export const restore = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
