// The common part of the commands that work on a database file: arguments in, text and an exit code out.
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { flushFile } from "../../hub/backups/flush.ts";
import { readConfig } from "../../hub/config.ts";
import { DataFolder } from "../../hub/data-folder.ts";
import { resolveStores } from "../../hub/move/move-state.ts";
import { freeBytesOf } from "../../hub/observe/disk-guard.ts";
import {
  type CheckTotals,
  copyDatabase,
  type DatabaseCheck,
  openCheck,
  removeDatabase,
} from "../../hub/store/maintenance.ts";
import type { StoreAddress } from "../../hub/store/store-address.ts";
import { errorText } from "../../shared/error-text.ts";
import { Failure, reasonOf } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { checkReadable, writeFailure } from "../output-file.ts";
import { endOfProgram } from "../run-command.ts";
import { readPassphrase } from "./passphrase.ts";

/** 0 is success, 1 damage, 2 failure. */
export type ExitCode = 0 | 1 | 2;

export interface DatabaseRequest {
  readonly folder: DataFolder;
  /** The server that keeps readings and records; null where the file in the folder does. */
  readonly store: StoreAddress | null;
  /** The argument, null where there is none; `-` is standard input or output. */
  readonly file: string | null;
  readonly force: boolean;
  /** Of an encrypted backup; null where none is given. */
  readonly passphrase: string | null;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface DatabaseCommand {
  readonly name: string;
  readonly help: string;
  readonly takesForce: boolean;
  readonly takesPassphrase: boolean;
  /** Rejects with a message. */
  readonly run: (request: DatabaseRequest) => Promise<ExitCode>;
}

export const MAX_SHOWN_FINDINGS = 100;
/** How often a check yields, so that the signal can abort it. */
const SLICE_MS = 50;

/** Runs a command with `--data DIR`, `--help`, `--force` and a passphrase where it takes those, and one argument at most. */
export async function runDatabaseCommand(command: DatabaseCommand, args: readonly string[]): Promise<ExitCode> {
  try {
    const request = readRequest(command, args, endOfProgram());
    if (request === "help") {
      console.log(command.help);
      return 0;
    }
    // What these commands write holds the hub's secrets.
    process.umask(0o077);
    return await command.run(request);
  } catch (error) {
    console.error(errorText(error));
    return 2;
  }
}

function readRequest(
  { name, takesForce, takesPassphrase }: DatabaseCommand,
  args: readonly string[],
  signal: AbortSignal,
): DatabaseRequest | "help" {
  try {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: {
        data: { type: "string" },
        store: { type: "string" },
        force: { type: "boolean" },
        "passphrase-file": { type: "string" },
        help: { type: "boolean" },
      },
      allowPositionals: true,
    });
    if (values.help) return "help";
    if (values.force && !takesForce) throw new Misuse(message("cli/no-option", { flag: "force" }));
    const passphraseFile = values["passphrase-file"];
    if (passphraseFile !== undefined && !takesPassphrase)
      throw new Misuse(message("cli/no-option", { flag: "passphrase-file" }));
    if (positionals.length > 1) throw new Misuse(message("cli/one-file"));
    const hubArgs = (["data", "store"] as const).flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [`--${name}`, value];
    });
    const read = readConfig(hubArgs, process.env);
    if (read.kind === "help") return "help";
    if (read.kind === "wrong") throw new Misuse(read.reason);
    const [file = null] = positionals;
    const folder = new DataFolder(read.config.dataFolder);
    const passphrase = takesPassphrase ? readPassphrase(passphraseFile, process.env) : null;
    const { store } = resolveStores(read.config.store, folder.path);
    return { folder, store, file, force: values.force === true, passphrase, signal };
  } catch (error) {
    const problem = reasonOf(error);
    throw new Misuse(message("cli/misuse", { problem, command: name }), { cause: error });
  }
}

/** Prints the outcome: to standard output, unless that takes the data itself. */
export type Report = (line: string) => void;

/** Checks a database and says what it finds; resolves with true when it is sound. Rejects with a message where it cannot be opened. */
export async function checkAndReport(
  path: string,
  signal: AbortSignal,
  report: Report = console.log,
): Promise<boolean> {
  const check = open(path);
  try {
    const { findings } = check;
    let found = 0;
    let sliceEndMs = performance.now() + SLICE_MS;
    for (let next = findings.next(); ; next = findings.next()) {
      if (next.done === true) {
        reportTotals(next.value, found, report);
        return found === 0;
      }
      if (next.value !== null && ++found <= MAX_SHOWN_FINDINGS) console.error(next.value);
      if (performance.now() < sliceEndMs) continue;
      await new Promise(setImmediate);
      signal.throwIfAborted();
      sliceEndMs = performance.now() + SLICE_MS;
    }
  } finally {
    check.close();
  }
}

/**
 * Copies the database `from` into `part`, a new file on its way to become `path`, checks the copy and waits until it is
 * on the disk; resolves with true when it is sound. Leaves nothing behind where it rejects.
 */
export async function copyAndCheck(from: string, part: string, signal: AbortSignal, report?: Report): Promise<boolean> {
  open(from).close();
  await checkRoom(from, dirname(resolve(part)));
  try {
    await copyDatabase(from, part, signal);
    const isSound = await checkAndReport(part, signal, report);
    flushFile(part);
    return isSound;
  } catch (error) {
    removeDatabase(part);
    throw writeFailure(error, part);
  }
}

async function checkRoom(from: string, folder: string): Promise<void> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Failure(message("cli/no-folder", { path: folder }));
  const free = await freeBytesOf(folder);
  const needed = statSync(from).size;
  if (free !== null && free < needed)
    throw new Failure(message("cli/no-room", { path: folder, needed: count(needed), free: count(free) }));
}

function reportTotals(totals: CheckTotals, found: number, report: Report): void {
  const { chunks, readings, rollups, journalReadings, setAside, isOlder } = totals;
  const looked = isOlder
    ? "A database of an older version, which the hub brings up to date when it starts: only SQLite's own check was made"
    : `${count(chunks)} chunks, ${count(readings)} readings, ${count(rollups)} rollups, ${count(journalReadings)} readings in the journal`;
  if (setAside > 0)
    report(`${count(setAside)} chunks or rows of the journal were found damaged before and are kept aside.`);
  if (found > MAX_SHOWN_FINDINGS) console.error(`… and ${count(found - MAX_SHOWN_FINDINGS)} more.`);
  report(`${looked}: ${found === 0 ? "all sound" : `${count(found)} damages`}.`);
}

function open(path: string): DatabaseCheck {
  checkReadable(path);
  try {
    return openCheck(path);
  } catch (cause) {
    throw new Failure(message("cli/not-opened", { path, reason: errorText(cause) }), { cause });
  }
}

export function count(number: number): string {
  return number.toLocaleString("en");
}
