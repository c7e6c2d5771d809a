// A file that a command writes for a person: under its name there is the whole of it, or what was there before. Links stay
// links, and a file that is replaced keeps its mode and its owner. `-` is standard output.
import { chmodSync, chownSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Misuse } from "../hub/arguments.ts";
import { diskFailureReason, followLinks, whyDenied, whyNotFilled } from "../hub/files/file-access.ts";
import { flushName } from "../hub/files/flush.ts";
import { Failure } from "../shared/errors.ts";
import { message } from "../shared/messages/message.ts";

/** In the place of a file's name. */
export const STANDARD_STREAM = "-";

export interface OutputFile {
  /** Where its links lead. */
  readonly path: string;
  /** Beside it, to be written first. */
  readonly part: string;
  /** Whether a file of the name may be replaced. */
  readonly force: boolean;
}

/** Throws with a message where `name` cannot be written. */
export function outputFile(name: string, force: boolean): OutputFile {
  if (name === "") throw new Misuse(message("cli/name-file"));
  const path = followLinks(name);
  const folder = dirname(path);
  if (statOf(folder) === undefined) throw new Failure(message("cli/no-folder", { path: folder }));
  const denied = whyNotFilled(folder);
  if (denied !== null) throw new Failure(message("cli/not-written", { path: name, ...denied }));
  if (!force) refuseExisting(path);
  if (statOf(path)?.isFile() === false) throw new Failure(message("cli/not-replaced", { path }));
  return { path, part: `${path}.part-${process.pid}`, force };
}

/** Gives the part its name. Where it throws, as where another file has got the name meanwhile, the part is gone. */
export function finishFile({ path, part, force }: OutputFile): void {
  try {
    if (!force) refuseExisting(path);
    keepOwner(part, path);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  flushName(path);
}

/** Gives a file the mode and the owner of another one, where that is there. */
export function keepOwner(path: string, other: string): void {
  const stats = statOf(other);
  if (stats === undefined) return;
  try {
    chownSync(path, stats.uid, stats.gid);
  } catch {
    // Only root gives files away: it stays this user's.
  }
  chmodSync(path, stats.mode & 0o777);
}

/** An error of the file system, with a message that names the file. */
export function writeFailure(error: unknown, path: string): Error {
  const reason = diskFailureReason(error, dirname(path));
  if (reason !== null) return new Failure(message("cli/not-written", { path, reason, remedy: "" }), { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

/** Throws with a message where a file that is there may not be read. */
export function checkReadable(path: string): void {
  const denied = whyDenied(new Map([[path, "read"]]));
  if (denied !== null) throw new Failure(message("cli/not-read", { path, reason: denied.reason }));
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw new Failure(message("cli/exists", { path }));
}

function statOf(path: string) {
  return statSync(resolve(path), { throwIfNoEntry: false });
}
