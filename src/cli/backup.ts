// `bramble backup FILE`: a copy of the database as of one moment, checked before it gets its name.
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { DataFolder } from "../hub/data-folder.ts";
import { openToRead } from "../hub/store/sqlite/check.ts";
import { checkAndTell, type DatabaseCommand, runDatabaseCommand } from "./database-command.ts";
import { flush } from "./flush.ts";

const command: DatabaseCommand = {
  name: "backup",
  help: `bramble backup FILE: copies the hub's database into FILE, and verifies the copy; the hub may run meanwhile.

  --data DIR   data folder of the hub
  --force      replace FILE where it is there already

The copy holds the hub's secrets too: keep it as you keep a password.`,
  run({ dataFolder, file, force }) {
    if (file === null) throw new Error("Name the file to write: bramble backup FILE.");
    if (existsSync(file) && !force) throw new Error(`${file} is there already. Name another, or say --force.`);
    const part = `${file}.part`;
    rmSync(part, { force: true });
    try {
      const db = openToRead(new DataFolder(dataFolder).databasePath);
      try {
        db.prepare("VACUUM INTO ?").run(part);
      } finally {
        db.close();
      }
      const code = checkAndTell(part);
      flush(part);
      renameSync(part, file);
      console.log(`${file} is written: ${statSync(file).size.toLocaleString("en")} bytes.`);
      return code;
    } finally {
      rmSync(part, { force: true });
    }
  },
};

/** Resolves with the exit code. */
export const backup = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
