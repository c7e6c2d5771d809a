// The common part of the commands that work on a database file: arguments in, text and an exit code out.
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { readConfig } from "../../hub/config.ts";
import { DataFolder } from "../../hub/data-folder.ts";
import { flushFile } from "../../hub/files/flush.ts";
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
import { errorCode, errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { checkReadable, writeFailure } from "../output-file.ts";
import { endOfProgram, runCommand } from "../run-command.ts";
import { readPassphrase } from "./passphrase.ts";

/** 1 is failure, or damage that was found. */
export type ExitCode = 0 | 1;

export interface DatabaseRequest {
  readonly folder: DataFolder;
  /** The server that keeps readings and records; null where the file in the folder does. */
  readonly store: StoreAddress | null;
  /** The argument, null where there is none; `-` is standard input or output. */
  readonly file: string | null;
  readonly force: boolean;
  /** Whether the answer is for programs. */
  readonly json: boolean;
  /** Of an encrypted backup; null where none is given. */
  readonly passphrase: string | null;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface DatabaseCommand {
  readonly name: string;
  readonly help: string;
  /** Beside --data, --store and --help. */
  readonly takes: readonly DatabaseOption[];
  /** Rejects with a message. */
  readonly run: (request: DatabaseRequest) => Promise<ExitCode>;
}

const OPTIONS = ["force", "json", "passphrase-file"] as const;
type DatabaseOption = (typeof OPTIONS)[number];

const MAX_SHOWN_FINDINGS = 100;
/** How often a check yields, so that the signal can abort it. */
const SLICE_MS = 50;

/** Runs a command with its options, and one argument at most. */
export const runDatabaseCommand = (command: DatabaseCommand, args: readonly string[]): Promise<number> =>
  runCommand(command.name, async () => {
    const request = readRequest(command, args, endOfProgram());
    if (request === "help") {
      console.log(command.help);
      return 0;
    }
    // What these commands write holds the hub's secrets.
    process.umask(0o077);
    return command.run(request);
  });

function readRequest(
  { takes }: DatabaseCommand,
  args: readonly string[],
  signal: AbortSignal,
): DatabaseRequest | "help" {
  const { values, positionals } = parseArguments({
    args: [...args],
    options: {
      data: { type: "string" },
      store: { type: "string" },
      force: { type: "boolean" },
      json: { type: "boolean" },
      "passphrase-file": { type: "string" },
      help: { type: "boolean" },
    },
    allowPositionals: true,
  });
  if (values.help) return "help";
  const flag = OPTIONS.find((name) => values[name] !== undefined && !takes.includes(name));
  if (flag !== undefined) throw new Misuse(message("cli/no-option", { flag }));
  if (positionals.length > 1) throw new Misuse(message("cli/one-file"));
  const hubArgs = (["data", "store"] as const).flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const read = readConfig(hubArgs, process.env);
  if (read.kind === "help") return "help";
  if (read.kind === "wrong") throw new Misuse(read.reason);
  const [file = null] = positionals;
  const { force = false, json = false, "passphrase-file": passphraseFile } = values;
  const folder = new DataFolder(read.config.dataFolder);
  const passphrase = passphraseFile === undefined ? read.config.backupPassphrase : readPassphrase(passphraseFile);
  const { store } = resolveStores(read.config.store, folder.path);
  return { folder, store, file, force, json, passphrase, signal };
}

/**
 * The database of the data folder. Throws with a message where there is none: its hub may keep the data on a server. One that cannot
 * be read says so where it is opened.
 */
export function databaseOf({ folder: { databasePath: path } }: DatabaseRequest): string {
  if (isMissing(path)) throw new Failure(message("cli/no-database", { path }));
  return path;
}

function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return errorCode(error) === "ENOENT";
  }
}

/** Prints a line. */
export type Report = (line: string) => void;

/** The outcome of a check. */
export interface Checked<T> {
  readonly totals: T;
  readonly damages: number;
  /** The first of them. */
  readonly findings: readonly string[];
}

/** Runs a check to its end, and shows what it finds on the way. */
export async function checkToEnd<T>(
  check: Generator<string | null, T> | AsyncGenerator<string | null, T>,
  signal: AbortSignal,
  show: Report,
): Promise<Checked<T>> {
  const findings: string[] = [];
  let damages = 0;
  let sliceEndMs = performance.now() + SLICE_MS;
  for (;;) {
    const next = await check.next();
    if (next.done === true) return { totals: next.value, damages, findings };
    if (next.value !== null && ++damages <= MAX_SHOWN_FINDINGS) {
      findings.push(next.value);
      show(next.value);
    }
    if (performance.now() < sliceEndMs) continue;
    await new Promise(setImmediate);
    signal.throwIfAborted();
    sliceEndMs = performance.now() + SLICE_MS;
  }
}

/** Checks a database. Rejects with a message where it cannot be opened. */
export async function checkFile(path: string, signal: AbortSignal, show: Report): Promise<Checked<CheckTotals>> {
  const check = open(path);
  try {
    return await checkToEnd(check.findings, signal, show);
  } finally {
    check.close();
  }
}

/**
 * Copies the database `from` into `part`, a new file on its way to become `path`, checks the copy and waits until it is
 * on the disk; resolves with true when it is sound. Leaves nothing behind where it rejects.
 */
export async function copyAndCheck(
  from: string,
  part: string,
  signal: AbortSignal,
  report: Report = console.log,
): Promise<boolean> {
  open(from).close();
  await checkRoom(from, dirname(resolve(part)));
  try {
    await copyDatabase(from, part, signal);
    const checked = await checkFile(part, signal, console.error);
    reportTotals(checked, report);
    flushFile(part);
    return checked.damages === 0;
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

export function reportTotals({ totals, damages }: Checked<CheckTotals>, report: Report): void {
  const { chunks, readings, rollups, journalReadings, setAside, isOlder } = totals;
  const looked = isOlder
    ? "A database of an older version, which the hub brings up to date when it starts: only SQLite's own check was made"
    : `${count(chunks)} chunks, ${count(readings)} readings, ${count(rollups)} rollups, ${count(journalReadings)} readings in the journal`;
  if (setAside > 0)
    report(`${count(setAside)} chunks or rows of the journal were found damaged before and are kept aside.`);
  report(`${looked}: ${outcomeText(damages)}.`);
}

export function outcomeText(damages: number): string {
  const named = damages > MAX_SHOWN_FINDINGS ? `, of which the first ${MAX_SHOWN_FINDINGS} are named` : "";
  return damages === 0 ? "all sound" : `${count(damages)} damages${named}`;
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
