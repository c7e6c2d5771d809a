// What the commands that work on a database file have in common: arguments in, words and an exit code out.
import { parseArgs } from "node:util";
import { readConfig } from "../hub/config.ts";
import { checkDatabase, openToRead } from "../hub/store/sqlite/check.ts";

/** 0 is well done, 1 that damage was found, 2 that it could not be done. */
export type ExitCode = 0 | 1 | 2;

export interface DatabaseCommand {
  readonly name: string;
  readonly help: string;
  /** `file` is the argument, null where there is none. Throws in words. */
  readonly run: (request: { dataFolder: string; file: string | null; force: boolean }) => ExitCode;
}

const FINDINGS_SHOWN = 100;

/** Runs a command with `--data DIR`, `--force`, `--help` and one argument at most. */
export function runDatabaseCommand({ name, help, run }: DatabaseCommand, args: readonly string[]): ExitCode {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { data: { type: "string" }, force: { type: "boolean" }, help: { type: "boolean" } },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    if (positionals.length > 1) throw new Error(`${name} takes one file. See bramble ${name} --help.`);
    const read = readConfig(values.data === undefined ? [] : ["--data", values.data], process.env);
    if (read.kind !== "config") throw new Error(read.kind === "wrong" ? read.message : help);
    // What these commands write holds the hub's secrets.
    process.umask(0o077);
    return run({
      dataFolder: read.config.dataFolder,
      file: positionals[0] ?? null,
      force: values.force === true,
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

/** Checks a database and says what it finds. Throws in words where it cannot be opened. */
export function checkAndTell(path: string): ExitCode {
  const db = openChecked(path);
  try {
    const findings = checkDatabase(db);
    let found = 0;
    for (let next = findings.next(); ; next = findings.next()) {
      if (next.done === true) {
        const { chunks, readings, rollups, journalReadings, setAside } = next.value;
        const looked = `${count(chunks)} chunks, ${count(readings)} readings, ${count(rollups)} rollups, ${count(journalReadings)} readings in the journal`;
        if (setAside > 0) console.log(`${count(setAside)} chunks were found damaged before and are kept aside.`);
        console.log(found === 0 ? `${looked}: all sound.` : `${looked}: ${count(found)} damages.`);
        return found === 0 ? 0 : 1;
      }
      if (++found <= FINDINGS_SHOWN) console.error(next.value);
    }
  } finally {
    db.close();
  }
}

function openChecked(path: string) {
  try {
    return openToRead(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} cannot be opened: ${reason}.`, { cause });
  }
}

function count(number: number): string {
  return number.toLocaleString("en");
}
