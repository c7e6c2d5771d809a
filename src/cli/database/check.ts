// `bramble check`: is every stored reading still what it was?

import { checkServer } from "../../hub/store/maintenance.ts";
import type { StoreAddress } from "../../hub/store/store-address.ts";
import { STANDARD_STREAM } from "../output-file.ts";
import { withStandardInput } from "../standard-streams.ts";
import {
  checkAndReport,
  count,
  type DatabaseCommand,
  type ExitCode,
  MAX_SHOWN_FINDINGS,
  runDatabaseCommand,
} from "./database-command.ts";

const command: DatabaseCommand = {
  name: "check",
  takesForce: false,
  takesPassphrase: false,
  help: `bramble check [FILE]: verifies the hub's database, or a backup; the hub may run meanwhile. It changes nothing.
FILE - is standard input. Of a database server (--store, or BRAMBLE_STORE) it compares the summaries with their readings.

  --data DIR    data folder of the hub
  --store URL   the database server of the hub

Ends with 0 when all is sound, with 1 when there is damage, which it names, and with 2 when it cannot look.`,
  async run({ folder, store, file, signal }) {
    if (store !== null && file === null) return checkServerAndReport(store, signal);
    const check = async (path: string) => ((await checkAndReport(path, signal)) ? 0 : 1);
    return file === STANDARD_STREAM ? withStandardInput(signal, check) : check(file ?? folder.databasePath);
  },
};

async function checkServerAndReport(store: StoreAddress, signal: AbortSignal): Promise<ExitCode> {
  const findings = checkServer(store);
  let found = 0;
  for (let next = await findings.next(); ; next = await findings.next()) {
    signal.throwIfAborted();
    if (next.done === true) {
      const { series, readings, rollups, records, marks } = next.value;
      if (found > MAX_SHOWN_FINDINGS) console.error(`… and ${count(found - MAX_SHOWN_FINDINGS)} more.`);
      console.log(
        `${count(series)} series, ${count(readings)} readings, ${count(rollups)} summaries (${count(marks)} slots wait to be worked out), ${count(records)} records: ${found === 0 ? "all sound" : `${count(found)} damages`}.`,
      );
      return found === 0 ? 0 : 1;
    }
    if (next.value !== null && ++found <= MAX_SHOWN_FINDINGS) console.error(next.value);
  }
}

/** Resolves with the exit code. */
export const check = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
