// `bramble check`: is every stored reading still what it was?

import { checkServer, type ServerCheckTotals } from "../../hub/store/maintenance.ts";
import { STANDARD_STREAM } from "../output-file.ts";
import { withStandardInput } from "../standard-streams.ts";
import {
  type Checked,
  checkFile,
  checkToEnd,
  count,
  type DatabaseCommand,
  databaseOf,
  type ExitCode,
  outcomeText,
  type Report,
  reportTotals,
  runDatabaseCommand,
} from "./database-command.ts";

const command: DatabaseCommand = {
  name: "check",
  takes: ["json"],
  help: `bramble check [FILE]: verifies the hub's database, or a backup; the hub may run meanwhile. It changes nothing.
FILE - is standard input. Of a database server (--store, or BRAMBLE_STORE) it compares the summaries with their readings.

  --data DIR    data folder of the hub
  --store URL   the database server of the hub
  --json        prints what it has checked and found as JSON

Ends with 0 when all is sound, with 1 when there is damage, which it names, or it cannot look, and with 2 when an argument is wrong.`,
  async run(request) {
    const { store, file, json, signal } = request;
    const show: Report = json ? () => undefined : console.error;
    const answer = <T extends object>(checked: Checked<T>, report: (checked: Checked<T>) => void): ExitCode => {
      const { totals, damages, findings } = checked;
      if (json) console.log(JSON.stringify({ sound: damages === 0, damages, findings, ...totals }, null, 2));
      else report(checked);
      return damages === 0 ? 0 : 1;
    };
    if (store !== null && file === null)
      return answer(await checkToEnd(checkServer(store), signal, show), reportServer);
    const check = async (path: string) =>
      answer(await checkFile(path, signal, show), (checked) => reportTotals(checked, console.log));
    return file === STANDARD_STREAM ? withStandardInput(signal, check) : check(file ?? databaseOf(request));
  },
};

function reportServer({ totals, damages }: Checked<ServerCheckTotals>): void {
  const { series, readings, rollups, records, marks } = totals;
  console.log(
    `${count(series)} series, ${count(readings)} readings, ${count(rollups)} summaries (${count(marks)} slots wait to be worked out), ${count(records)} records: ${outcomeText(damages)}.`,
  );
}

/** Resolves with the exit code. */
export const check = async (args: readonly string[]): Promise<number> => runDatabaseCommand(command, args);
