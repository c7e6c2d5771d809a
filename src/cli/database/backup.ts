// `bramble backup FILE`: a copy of the database as of one moment, checked before it gets its name.
import { createReadStream, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Misuse } from "../../hub/arguments.ts";
import { encryptFile, writeNew } from "../../hub/backups/encrypted-backup.ts";
import { encrypt } from "../../hub/backups/encrypted-file.ts";
import { removeDatabase } from "../../hub/store/maintenance.ts";
import type { StoreAddress } from "../../hub/store/store-address.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import {
  checkReadable,
  finishFile,
  type OutputFile,
  outputFile,
  STANDARD_STREAM,
  writeFailure,
} from "../output-file.ts";
import { refuseTerminal, withTemporaryFolder, writeOut } from "../standard-streams.ts";
import {
  copyAndCheck,
  count,
  type DatabaseCommand,
  type DatabaseRequest,
  databaseOf,
  type ExitCode,
  runDatabaseCommand,
} from "./database-command.ts";
import { dumpCommand, withServerBackup } from "./server-backup.ts";

const command: DatabaseCommand = {
  name: "backup",
  takes: ["force", "passphrase-file"],
  help: `bramble backup FILE: copies the hub's database into FILE, and verifies the copy; the hub may run meanwhile.
FILE - is standard output; the copy is made in TMPDIR, and written out once it is verified.

Of a hub on a database server (--store, or BRAMBLE_STORE) the copy is a tar archive of what is not there: certificates and keys, and
readings that wait for the server. What is there is backed up with the server's own tools; the command for that is said.

  --data DIR               data folder of the hub
  --store URL              the database server of the hub
  --force                  replace FILE where it is there already
  --passphrase-file FILE   encrypt the copy: the first line is the passphrase

The passphrase may also be BRAMBLE_PASSPHRASE, or in the file that BRAMBLE_PASSPHRASE_FILE names, as that of the hub.
Without a passphrase the copy holds the hub's secrets as they are: keep it as you keep a password. Nobody can read an
encrypted one without its passphrase, nor change it unnoticed; the plain copy that is encrypted is made in the data folder,
or in TMPDIR. Ends with 0 when it is written, with 1 when it is not, or with the damage that the database has, and with 2 when an
argument is wrong.`,
  async run(request) {
    if (request.store !== null) return backUpBesideServer(request, request.store);
    if (request.file === STANDARD_STREAM) return writeToStandardOutput(request);
    const file = fileToWrite(request);
    const isSound = await writeCopy(request, file.part);
    finishFile(file);
    const damage = isSound ? "" : " It has the damage that was found.";
    console.log(`${file.path} is written: ${count(statSync(file.path).size)} bytes.${damage}`);
    return isSound ? 0 : 1;
  },
};

/** Resolves with true when the copy is sound. A plain one comes no nearer to its new place than it is anyway. */
async function writeCopy(request: DatabaseRequest, part: string): Promise<boolean> {
  const { passphrase, signal } = request;
  const database = databaseOf(request);
  if (passphrase === null) return copyAndCheck(database, part, signal);
  const plain = `${database}.plain-${process.pid}`;
  try {
    const isSound = await copyAndCheck(database, plain, signal);
    await encryptFile(plain, part, passphrase, signal);
    return isSound;
  } catch (error) {
    throw writeFailure(error, part);
  } finally {
    removeDatabase(plain);
  }
}

/** Messages go to standard error: standard output has the database, whole or not at all. */
async function writeToStandardOutput(request: DatabaseRequest): Promise<ExitCode> {
  const { passphrase, signal } = request;
  refuseTerminal("A database");
  return withTemporaryFolder(async (temporary) => {
    const copy = join(temporary, "bramble.db");
    const isSound = await copyAndCheck(databaseOf(request), copy, signal, console.error);
    const bytes = createReadStream(copy);
    await writeOut(passphrase === null ? bytes : encrypt(bytes, passphrase));
    return isSound ? 0 : 1;
  });
}

async function backUpBesideServer(request: DatabaseRequest, store: StoreAddress): Promise<ExitCode> {
  const { folder, file: name, force, passphrase, signal } = request;
  if (name === null) throw new Misuse(message("cli/name-file-of", { usage: "bramble backup FILE" }));
  return withServerBackup(folder.path, signal, async (archive, files): Promise<ExitCode> => {
    const bytes = passphrase === null ? archive : encrypt(archive, passphrase);
    const rest = `Readings, devices and people are in ${store}: ${dumpCommand(store)}`;
    if (name === STANDARD_STREAM) {
      refuseTerminal("An archive");
      await writeOut(bytes);
      console.error(rest);
      return 0;
    }
    const file = outputFile(name, force);
    await writeNew(file.part, bytes, signal);
    finishFile(file);
    console.log(`${file.path} is written: an archive of ${count(files)} files of ${folder.path}. ${rest}`);
    return 0;
  });
}

/** What the hub itself has in its folder. */
const OURS = /^(bramble\.db(-wal|-shm|-journal)?|bramble\.lock|hub\.json)$/;

function fileToWrite({ folder, file: name, force }: DatabaseRequest): OutputFile {
  if (name === null) throw new Misuse(message("cli/name-file-of", { usage: "bramble backup FILE" }));
  checkReadable(folder.databasePath);
  const file = outputFile(name, force);
  const { path } = file;
  if ((OURS.test(basename(path)) && isSameFile(dirname(path), folder.path)) || isSameFile(path, folder.databasePath))
    throw new Failure(message("cli/hubs-own", { path }));
  return file;
}

function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}

/** Resolves with the exit code. */
export const backup = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
