// `bramble check`: is every stored reading still what it was?
import { checkAndTell, type DatabaseCommand, runDatabaseCommand } from "./database-command.ts";

const command: DatabaseCommand = {
  name: "check",
  takesForce: false,
  help: `bramble check [FILE]: verifies the hub's database, or a backup; the hub may run meanwhile. It changes nothing.

  --data DIR   data folder of the hub

Ends with 0 when all is sound, with 1 when there is damage, which it names, and with 2 when it cannot look.`,
  run: async ({ folder, file, signal }) => ((await checkAndTell(file ?? folder.databasePath, signal)) ? 0 : 1),
};

/** Resolves with the exit code. */
export const check = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
