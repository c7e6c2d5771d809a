// `bramble check`: is every stored reading still what it was?

import { STANDARD_STREAM } from "../output-file.ts";
import { withStandardInput } from "../standard-streams.ts";
import { checkAndTell, type DatabaseCommand, runDatabaseCommand } from "./database-command.ts";

const command: DatabaseCommand = {
  name: "check",
  takesForce: false,
  takesPassphrase: false,
  help: `bramble check [FILE]: verifies the hub's database, or a backup; the hub may run meanwhile. It changes nothing.
FILE - is standard input.

  --data DIR   data folder of the hub

Ends with 0 when all is sound, with 1 when there is damage, which it names, and with 2 when it cannot look.`,
  async run({ folder, file, signal }) {
    const check = async (path: string) => ((await checkAndTell(path, signal)) ? 0 : 1);
    return file === STANDARD_STREAM ? withStandardInput(signal, check) : check(file ?? folder.databasePath);
  },
};

/** Resolves with the exit code. */
export const check = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
