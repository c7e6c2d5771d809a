// The data folder: locked by one process at a time, which writes its pid there. A folder that the hub makes is closed to other
// users; one that a person made keeps its mode, its owner and its links, and only the files in it are closed.
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { message } from "../shared/messages/message.ts";
import { type Access, type Denied, diskFailureReason, whyDenied, whyNotFilled } from "./files/file-access.ts";
import { closeToOthers, type SecretKind } from "./files/file-acl.ts";

/** The content of `hub.json`, by which other programs find a running hub. */
export const HubFile = Type.Object({
  pid: Type.Integer(),
  version: Type.String(),
  hubId: Type.String(),
  http: Type.String(),
  mqtt: Type.String(),
  token: Type.String(),
});
export type HubFile = Static<typeof HubFile>;

export class DataFolder {
  readonly path: string;
  /** Files that could not be closed to other users, and why. */
  readonly unclosed: string[] = [];
  #lock: Database.Database | null = null;

  constructor(path: string) {
    this.path = path;
  }

  get databasePath(): string {
    return join(this.path, "bramble.db");
  }

  /** Certificates and keys of the hub's own. */
  get tlsPath(): string {
    return join(this.path, "tls");
  }

  get #hubFile(): string {
    return join(this.path, "hub.json");
  }

  /**
   * Makes the folder and locks it until `release`, or until this process ends in whatever way: the lock is the operating system's,
   * on a small SQLite file. Throws, with the holder's pid, when another hub runs on it.
   */
  hold(): void {
    process.umask(0o077);
    const isNew = !existsSync(this.path);
    const lock = openLock(this.path);
    if (process.platform === "win32") this.#closeOnWindows(isNew);
    try {
      lock.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER)");
      const write = lock.transaction(() => {
        lock.exec("DELETE FROM holder");
        lock.prepare("INSERT INTO holder VALUES (?)").run(process.pid);
      });
      write.immediate();
      // Readers stay possible; no second process can acquire the lock.
      lock.exec("BEGIN IMMEDIATE");
    } catch (error) {
      throw whyNotHeld(lock, this.path, error);
    }
    this.#lock = lock;
    this.forget();
  }

  /** Writes `hub.json`; call it only once every port listens. Throws with a message. */
  announce(file: HubFile): void {
    const unfinished = `${this.#hubFile}.new`;
    try {
      // It holds a secret, so it must not follow a link that another user may have put there.
      rmSync(unfinished, { force: true });
      writeFileSync(unfinished, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: "wx" });
      this.#close(unfinished, "file");
      renameSync(unfinished, this.#hubFile);
    } catch (cause) {
      throw cannotUse(this.path, cause);
    }
  }

  forget(): void {
    rmSync(this.#hubFile, { force: true });
  }

  /** A folder that a person made keeps its access list: folders with keys are closed one by one. */
  #closeOnWindows(isNew: boolean): void {
    if (!isNew) mkdirSync(this.tlsPath, { recursive: true });
    this.#close(isNew ? this.path : this.tlsPath, "folder");
  }

  #close(path: string, kind: SecretKind): void {
    const failure = closeToOthers(path, kind);
    if (failure !== null) this.unclosed.push(failure);
  }

  release(): void {
    this.#lock?.close();
    this.#lock = null;
  }

  /** When another user's rights keep this one from reading who runs here; null otherwise. */
  whyHidden(): Denied["reason"] | null {
    return whyDenied(new Map([[this.#hubFile, "read"]]))?.reason ?? null;
  }

  /** The hub that runs on this folder, or null. */
  findRunning(): HubFile | null {
    try {
      return Value.Parse(HubFile, JSON.parse(readFileSync(this.#hubFile, "utf8")));
    } catch {
      // There is no file, or a hub is just writing it, or it is none of ours.
      return null;
    }
  }
}

/** The files of SQLite in the folder. */
const DATABASE_FILES = ["bramble.lock", "bramble.db", "bramble.db-wal", "bramble.db-shm"] as const;

function openLock(folder: string): Database.Database {
  const files = DATABASE_FILES.map((name): [string, Access] => [join(folder, name), "write"]);
  const wanted = new Map<string, Access>([[folder, "fill"], ...files]);
  const denied = existsSync(folder) ? whyDenied(wanted, isHubFolder(folder)) : whyNotFilled(folder);
  if (denied !== null) throw new Failure(message("start/folder-denied", { folder, ...denied }));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    giveToOwnerOf(folder);
    return new Database(join(folder, "bramble.lock"), { timeout: 200 });
  } catch (cause) {
    throw cannotUse(folder, cause);
  }
}

/** A folder that a person named by mistake may be /etc, whose owner is not to be changed. */
function isHubFolder(folder: string): boolean {
  return basename(folder).toLowerCase() === "bramble" || existsSync(join(folder, "bramble.db"));
}

/**
 * After root has started the hub once in another user's folder, that user's hub has to be able to write there: SQLite's files are
 * made beforehand, owned by the owner of the folder. SQLite itself does so with the files beside a database.
 */
function giveToOwnerOf(folder: string): void {
  const { uid, gid } = statSync(folder);
  if (process.geteuid?.() !== 0 || uid === 0) return;
  const logs = join(folder, "logs");
  for (const path of [logs, join(logs, "hub.log"), join(folder, "bramble.lock"), join(folder, "bramble.db")]) {
    if (existsSync(path)) continue;
    if (path === logs) mkdirSync(path, { mode: 0o700 });
    else closeSync(openSync(path, "ax", 0o600));
    try {
      chownSync(path, uid, gid);
    } catch {
      // In some containers, and on some file systems, chown is not permitted: the file stays root's.
    }
  }
}

function cannotUse(folder: string, cause: unknown): Failure {
  const detail = errorText(cause);
  const reason = diskFailureReason(cause, folder) ?? message("disk/failed", { reason: detail });
  return new Failure(message("start/folder-failed", { folder, reason }), { cause });
}

/** The error that names the process holding the lock, or else what is wrong. Closes `lock`. */
function whyNotHeld(lock: Database.Database, path: string, error: unknown): Failure {
  try {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) {
      return cannotUse(path, error);
    }
    const pid = lock.prepare<[], number>("SELECT pid FROM holder").pluck().get() ?? null;
    return new Failure(message("start/held", { folder: path, pid }), { cause: error });
  } finally {
    lock.close();
  }
}
