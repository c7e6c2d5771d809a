// `bramble restore FILE`: puts a backup in the place of the database. At any moment one of the two is there, whole.
import { resolve } from "node:path";
import { Misuse } from "../../hub/arguments.ts";
import { decryptFile, isEncryptedFile } from "../../hub/backups/encrypted-backup.ts";
import { replaceDatabase } from "../../hub/backups/replace-database.ts";
import { followLinks } from "../../hub/files/file-access.ts";
import { copyAnew } from "../../hub/move/move-state.ts";
import { removeDatabase } from "../../hub/store/maintenance.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { checkReadable, keepOwner, STANDARD_STREAM, writeFailure } from "../output-file.ts";
import { withStandardInput } from "../standard-streams.ts";
import {
  copyAndCheck,
  type DatabaseCommand,
  type DatabaseRequest,
  type ExitCode,
  runDatabaseCommand,
} from "./database-command.ts";

const command: DatabaseCommand = {
  name: "restore",
  takes: ["force", "passphrase-file"],
  help: `bramble restore FILE: verifies a backup and puts it in the place of the hub's database, which is kept beside it.
The hub must be stopped. FILE - is standard input.

  --data DIR               data folder of the hub
  --force                  take FILE although it is damaged
  --passphrase-file FILE   of an encrypted backup: the first line is the passphrase

The passphrase may also be BRAMBLE_PASSPHRASE, or in the file that BRAMBLE_PASSPHRASE_FILE names, as that of the hub.
Ends with 0 when it is restored, with 1 when it is not, as a damaged FILE without --force, and with 2 when an argument is wrong.`,
  async run(request) {
    const { file, signal } = request;
    if (file === null) throw new Misuse(message("cli/name-backup"));
    if (file !== STANDARD_STREAM) return restoreFrom(file, file, request);
    return withStandardInput(signal, (path) => restoreFrom(path, "Standard input", request));
  },
};

async function restoreFrom(file: string, name: string, request: DatabaseRequest): Promise<ExitCode> {
  const { folder, force, signal } = request;
  if (resolve(file) === resolve(folder.databasePath)) throw new Failure(message("cli/present-database", { name }));
  folder.hold();
  // A link stays one: the database is where it leads.
  const path = followLinks(folder.databasePath);
  const part = `${path}.part`;
  const plain = `${path}.decrypted`;
  try {
    // What a restore that was killed has left.
    for (const left of [part, plain]) removeDatabase(left);
    const isSound = await copyAndCheck(await decrypted(file, name, plain, request), part, signal);
    if (!isSound && !force) {
      console.error(`${name} is damaged and was not restored. Take another backup, or say --force.`);
      return 1;
    }
    keepOwner(part, path);
    await copyAnew(folder.path);
    const { kept, unreadable } = replaceDatabase(path, part);
    if (unreadable !== null)
      console.error(`The present database cannot be opened (${unreadable}); it is kept as it is.`);
    console.log(`${name} is restored.${kept === null ? "" : ` What was there before is kept as ${kept}.`}`);
    return 0;
  } finally {
    for (const left of [part, plain]) removeDatabase(left);
    folder.release();
  }
}

/** The file itself, or, of an encrypted one, `plain` with what is in it. */
async function decrypted(file: string, name: string, plain: string, request: DatabaseRequest): Promise<string> {
  const { passphrase, signal } = request;
  checkReadable(file);
  if (!isEncryptedFile(file)) return file;
  if (passphrase === null) throw new Misuse(message("cli/encrypted", { name }));
  await decryptFile(file, plain, passphrase, signal).catch((error: unknown) => {
    throw writeFailure(error, plain);
  });
  return plain;
}

/** Resolves with the exit code. */
export const restore = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
