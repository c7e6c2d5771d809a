// Why a file or a folder cannot be used: what is missing, whose it is, and the command that mends it. A command
// names the paths that fail and nothing else, because a folder that a person named may be /etc; and it never takes a file
// from another person, who would then be locked out of it.
import { spawnSync } from "node:child_process";
import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** What is wanted: reading a file, changing one, or making and removing files in a folder. */
export type Access = "read" | "write" | "fill";

const WANTED: Readonly<Record<Access, number>> = {
  read: constants.R_OK,
  write: constants.R_OK | constants.W_OK,
  fill: constants.R_OK | constants.W_OK | constants.X_OK,
};
const MODE: Readonly<Record<Access, string>> = { read: "u+r", write: "u+rw", fill: "u+rwx" };
const ROOT = 0;
const MAX_LINKS = 40;

/** Two sentences, or more, for a person: why not, and what to do. */
export interface Denied {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * When one of the paths that are there denies the access; null where all of them grant it. `mayOwn` says that a folder
 * among them is for this program alone, so that its user may be made its owner.
 */
export function whyDenied(wanted: ReadonlyMap<string, Access>, mayOwn = false): Denied | null {
  const denied = [...wanted].flatMap(([path, access]) => denialOf(path, access) ?? []);
  const [first] = denied;
  if (first === undefined) return null;
  return { reason: `${first.path}: ${first.reason}`, remedy: first.remedy ?? remedyOf(denied, mayOwn) };
}

/** When no file can be made in `folder`, which is none, or is not there and cannot be made; null where one can. */
export function whyNotFilled(folder: string): Denied | null {
  return statOf(folder) === null ? whyMissing(folder) : whyDenied(new Map([[folder, "fill"]]));
}

/** Where the links of a path lead, although nothing may be there yet: what is written under its name belongs there. */
export function followLinks(path: string): string {
  let end = resolve(path);
  for (let links = 0; links < MAX_LINKS; links++) {
    if (lstatOf(end)?.isSymbolicLink() !== true) return end;
    if (statSync(end, { throwIfNoEntry: false }) !== undefined) return realpathSync(end);
    end = resolve(dirname(end), readlinkSync(end));
  }
  return end;
}

/** Words, to follow a colon, for an error of the system: a full disk, a read-only one. Null where it is another one. */
export function diskTrouble(error: unknown, path: string): string | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^(ENOSPC|SQLITE_FULL)$/.test(code)) return `the disk that holds ${path} is full. Make room on it.`;
  if (code === "EDQUOT") return `this user may put nothing more on the disk that holds ${path}. Make room on it.`;
  if (/^(EROFS|SQLITE_READONLY)/.test(code)) return `${path} is on a read-only disk.`;
  return null;
}

interface Denial {
  readonly path: string;
  readonly reason: string;
  /** Null where changing its owner or its mode mends it. */
  readonly remedy: string | null;
  readonly access: Access;
  readonly stats: Stats | null;
}

function denialOf(path: string, access: Access): Denial | null {
  const stats = statOf(path);
  if (stats === "hidden") return denialOf(dirname(path), "fill");
  if (stats === null) return null;
  if (stats.isDirectory() !== (access === "fill")) {
    const reason = access === "fill" ? "it is a file, not a folder." : "it is a folder, not a file.";
    return { path, reason, remedy: "Move it to another place.", access, stats };
  }
  try {
    accessSync(path, WANTED[access]);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EROFS") {
      const reason = "it is on a read-only disk.";
      return { path, reason, remedy: "Make that disk writable, or use another.", access, stats };
    }
    const whose = stats.uid === ownUid() ? "it is yours, but its mode keeps you out" : `it belongs to ${nameOf(stats)}`;
    return { path, reason: `permission denied; ${whose}.`, remedy: null, access, stats };
  }
}

/** Nothing is offered where what is denied belongs to another person. */
function remedyOf(denied: readonly Denial[], mayOwn: boolean): string {
  const uid = ownUid();
  if (uid === null) return "Give your user full control of it, in its properties.";
  const foreign = denied.find(({ stats }) => stats !== null && stats.uid !== uid && stats.uid !== ROOT);
  if (foreign?.stats) return `Run this as ${nameOf(foreign.stats)}, or use a place of your own.`;
  const paths = (list: readonly Denial[]) => list.map(({ path }) => quoted(realpathSync(path))).join(" ");
  const roots = denied.filter(({ stats }) => stats?.uid !== uid);
  if (!mayOwn && roots.some(({ access }) => access === "fill")) return "Use a folder of your own.";
  if (roots.length > 0) return `To make it yours: \`sudo chown ${userName(uid)} ${paths(roots)}\`.`;
  const [{ access } = { access: "write" as const }] = denied;
  return `To mend that: \`chmod ${MODE[access]} ${paths(denied)}\`.`;
}

/** Of a folder that is not there: whether it can be made. */
function whyMissing(folder: string): Denied | null {
  if (lstatOf(folder)?.isSymbolicLink() === true) {
    const reason = `${folder} is a link to ${readlinkSync(folder)}, which is not there.`;
    return { reason, remedy: "Mount or make that first." };
  }
  const parent = dirname(resolve(folder));
  if (statOf(parent) === null)
    return parent === resolve(folder) ? { reason: `There is no ${folder}.`, remedy: "" } : whyMissing(parent);
  const denial = denialOf(parent, "fill");
  if (denial === null) return null;
  const uid = ownUid();
  const install = uid === null ? "" : `sudo install -d -m 700 -o ${userName(uid)} ${quoted(resolve(folder))}`;
  const remedy = install === "" ? "Use a folder of your own." : `To have one made: \`${install}\`.`;
  return { reason: `${denial.path}: ${denial.reason}`, remedy: denial.remedy ?? remedy };
}

/** Null where the system has no such numbers, as Windows. */
function ownUid(): number | null {
  return process.geteuid?.() ?? null;
}

function nameOf({ uid }: Stats): string {
  return ownUid() === null ? "another user" : userName(uid);
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
    if (error instanceof Error && "code" in error && error.code === "EACCES") return "hidden";
    throw error;
  }
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // It cannot be seen: what wants to use it says why.
    return null;
  }
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
