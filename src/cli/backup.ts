// `bramble backup FILE`: a copy of the database as of one moment, checked before it gets its name.
import { existsSync, renameSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { removeDatabase } from "../hub/store/maintenance.ts";
import {
  copyAndCheck,
  count,
  type DatabaseCommand,
  type DatabaseRequest,
  runDatabaseCommand,
} from "./database-command.ts";
import { flushName } from "./flush.ts";

const command: DatabaseCommand = {
  name: "backup",
  takesForce: true,
  help: `bramble backup FILE: copies the hub's database into FILE, and verifies the copy; the hub may run meanwhile.

  --data DIR   data folder of the hub
  --force      replace FILE where it is there already

The copy holds the hub's secrets too: keep it as you keep a password. Ends with 0 when it is written, with 1 when it is
written with the damage that the database has, and with 2 when it is not written.`,
  async run(request) {
    const file = fileToWrite(request);
    const part = `${file}.part-${process.pid}`;
    const isSound = await copyAndCheck(request.folder.databasePath, part, request.signal);
    try {
      // It may have come in the meantime.
      if (!request.force) refuseExisting(file);
      renameSync(part, file);
      flushName(file);
    } catch (error) {
      removeDatabase(part);
      throw error;
    }
    const damage = isSound ? "" : " It has the damage that was found.";
    console.log(`${file} is written: ${count(statSync(file).size)} bytes.${damage}`);
    return isSound ? 0 : 1;
  },
};

/** What the hub itself has in its folder. */
const OURS = /^(bramble\.db(-wal|-shm|-journal)?|bramble\.lock|hub\.json)$/;

function fileToWrite({ folder, file, force }: DatabaseRequest): string {
  if (file === null) throw new Error("Name the file to write: bramble backup FILE.");
  const path = resolve(file);
  if (OURS.test(basename(path)) && isSameFile(dirname(path), folder.path))
    throw new Error(`${path} belongs to the hub itself. Name another file.`);
  if (!force) refuseExisting(path);
  if (existsSync(path) && (isSameFile(path, folder.databasePath) || !statSync(path).isFile()))
    throw new Error(`${path} cannot be replaced. Name another file.`);
  return path;
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw new Error(`${path} is there already. Name another, or say --force.`);
}

function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}

/** Resolves with the exit code. */
export const backup = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
