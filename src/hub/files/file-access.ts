// Why a file or a folder cannot be used: the missing permission, its owner, and the command that grants it. A command names the
// paths that fail and nothing else, because a folder that a person named may be /etc; and it never changes the owner of another
// person's file, who would then be locked out of it.
import { spawnSync } from "node:child_process";
import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorCode } from "../../shared/error-text.ts";
import type { files } from "../../shared/messages/en/files.ts";
import { type Message, message } from "../../shared/messages/message.ts";

/** Of a file, a folder or their disk. */
type FileMessage = Message<keyof typeof files>;

/** The wanted access: reading a file, changing one, or making and removing files in a folder. */
export type Access = "read" | "write" | "fill";

const WANTED: Readonly<Record<Access, number>> = {
  read: constants.R_OK,
  write: constants.R_OK | constants.W_OK,
  fill: constants.R_OK | constants.W_OK | constants.X_OK,
};
const MODE: Readonly<Record<Access, string>> = { read: "u+r", write: "u+rw", fill: "u+rwx" };
const ROOT = 0;
const MAX_LINKS = 40;

/** A message for people: the cause and the remedy. */
export interface Denied {
  readonly reason: FileMessage;
  readonly remedy: FileMessage;
}

/**
 * When one of the paths that are there denies the access; null where all of them grant it. `mayOwn` says that a folder
 * among them is for this program alone, so that its user may be made its owner.
 */
export function whyDenied(wanted: ReadonlyMap<string, Access>, mayOwn = false): Denied | null {
  const denied = [...wanted].flatMap(([path, access]) => denialOf(path, access) ?? []);
  const [first] = denied;
  if (first === undefined) return null;
  return { reason: first.reason, remedy: first.remedy ?? remedyOf(denied, mayOwn) };
}

/** When no file can be made in `folder`, which is none, or is not there and cannot be made; null where one can. */
export function whyNotFilled(folder: string): Denied | null {
  return statOf(folder) === null ? whyMissing(folder) : whyDenied(new Map([[folder, "fill"]]));
}

/** The target of a path's links, even where it does not exist yet: files are written there. */
export function followLinks(path: string): string {
  let end = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    if (lstatOf(end)?.isSymbolicLink() !== true) return end;
    if (statSync(end, { throwIfNoEntry: false }) !== undefined) return realpathSync(end);
    end = resolve(dirname(end), readlinkSync(end));
  }
  return end;
}

/** An error of the system, to follow a colon: a full disk, a read-only one. Null for other errors. */
export function diskFailureReason(error: unknown, folder: string): FileMessage | null {
  const code = errorCode(error);
  if (/^(ENOSPC|SQLITE_FULL)$/.test(code)) return message("disk/full", { folder });
  if (code === "EDQUOT") return message("disk/quota", { folder });
  if (/^(EROFS|SQLITE_READONLY)/.test(code)) return message("disk/read-only", { folder });
  return null;
}

interface Denial {
  readonly path: string;
  readonly reason: FileMessage;
  /** Null where a change of its owner or its mode grants it. */
  readonly remedy: FileMessage | null;
  readonly access: Access;
  readonly stats: Stats | null;
}

function denialOf(path: string, access: Access): Denial | null {
  const stats = statOf(path);
  if (stats === "hidden") return denialOf(dirname(path), "fill");
  if (stats === null) return null;
  if (stats.isDirectory() !== (access === "fill")) {
    const reason = message(access === "fill" ? "file/is-file" : "file/is-folder", { path });
    return { path, reason, remedy: message("file/move-it"), access, stats };
  }
  try {
    accessSync(path, WANTED[access]);
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EROFS") {
      return {
        path,
        reason: message("file/read-only", { path }),
        remedy: message("file/make-writable"),
        access,
        stats,
      };
    }
    return { path, reason: whyForbidden(path, stats), remedy: null, access, stats };
  }
}

function whyForbidden(path: string, { uid }: Stats): FileMessage {
  if (ownUid() === null) return message("file/denied-another", { path });
  if (uid === ownUid()) return message("file/denied-own", { path });
  return message("file/denied-foreign", { path, user: userName(uid) });
}

/** No command is offered for a path of another person. */
function remedyOf(denied: readonly Denial[], mayOwn: boolean): FileMessage {
  const uid = ownUid();
  if (uid === null) return message("file/full-control");
  const foreign = denied.find(({ stats }) => stats !== null && stats.uid !== uid && stats.uid !== ROOT);
  if (foreign?.stats) return message("file/run-as", { user: userName(foreign.stats.uid) });
  const paths = (list: readonly Denial[]) => list.map(({ path }) => quoted(realpathSync(path))).join(" ");
  const roots = denied.filter(({ stats }) => stats?.uid !== uid);
  if (!mayOwn && roots.some(({ access }) => access === "fill")) return message("file/own-folder");
  if (roots.length > 0) return message("file/chown", { user: userName(uid), paths: paths(roots) });
  const [{ access } = { access: "write" as const }] = denied;
  return message("file/chmod", { mode: MODE[access], paths: paths(denied) });
}

/** Of a folder that is not there: whether it can be made. */
function whyMissing(folder: string): Denied | null {
  if (lstatOf(folder)?.isSymbolicLink() === true) {
    const reason = message("file/dead-link", { path: folder, target: readlinkSync(folder) });
    return { reason, remedy: message("file/mount-first") };
  }
  const parent = dirname(resolve(folder));
  if (statOf(parent) === null)
    return parent === resolve(folder)
      ? { reason: message("file/missing", { path: folder }), remedy: message("file/no-remedy") }
      : whyMissing(parent);
  const denial = denialOf(parent, "fill");
  if (denial === null) return null;
  const uid = ownUid();
  const remedy =
    uid === null
      ? message("file/own-folder")
      : message("file/install", { user: userName(uid), paths: quoted(resolve(folder)) });
  return { reason: denial.reason, remedy: denial.remedy ?? remedy };
}

/** Null where the system has no such numbers, as Windows. */
function ownUid(): number | null {
  return process.geteuid?.() ?? null;
}

function userName(uid: number): string {
  if (uid === ROOT) return "root";
  const { stdout, status } = spawnSync("id", ["-nu", "--", String(uid)], { encoding: "utf8" });
  const name = status === 0 ? stdout.trim() : "";
  return name === "" ? `${uid}` : name;
}

/** Null where nothing is there; `hidden` where a folder above may not be entered. */
function statOf(path: string): Stats | null | "hidden" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errorCode(error) === "EACCES") return "hidden";
    throw error;
  }
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // It is hidden: its use fails with the reason.
    return null;
  }
}

/** Quoted for a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
