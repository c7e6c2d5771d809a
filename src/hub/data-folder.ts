// The folder of one hub: private to its user, held by one process at a time, and with a note of who that is.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { BrambleError } from "../shared/errors.ts";

/** What `hub.json` tells other programs of a running hub. */
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
  #lock: Database.Database | null = null;

  constructor(path: string) {
    this.path = path;
  }

  get databasePath(): string {
    return join(this.path, "bramble.db");
  }

  get #hubFile(): string {
    return join(this.path, "hub.json");
  }

  /**
   * Makes the folder and holds it until `release`, or until this process ends in whatever way: the lock is the
   * operating system's, on a small SQLite file. Throws, with the holder's pid, when another hub runs on it.
   */
  hold(): void {
    process.umask(0o077);
    const lock = openLock(this.path);
    try {
      lock.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER)");
      const write = lock.transaction(() => {
        lock.exec("DELETE FROM holder");
        lock.prepare("INSERT INTO holder VALUES (?)").run(process.pid);
      });
      write.immediate();
      // Readers may still look; a second writer may not begin.
      lock.exec("BEGIN IMMEDIATE");
    } catch (error) {
      throw heldByAnother(lock, this.path, error);
    }
    this.#lock = lock;
    this.forget();
  }

  /** Tells where the hub is; only once every port listens. */
  announce(file: HubFile): void {
    writeFileSync(`${this.#hubFile}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#hubFile}.new`, this.#hubFile);
  }

  forget(): void {
    rmSync(this.#hubFile, { force: true });
  }

  release(): void {
    this.#lock?.close();
    this.#lock = null;
  }

  /** The hub that runs on this folder, or null. */
  findRunning(): HubFile | null {
    try {
      return Value.Parse(HubFile, JSON.parse(readFileSync(this.#hubFile, "utf8")));
    } catch {
      // No file, or one that a hub is just writing or that is none of ours: none of them leads to a hub.
      return null;
    }
  }
}

function openLock(folder: string): Database.Database {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    return new Database(join(folder, "bramble.lock"), { timeout: 200 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const words = `The data folder ${folder} cannot be used: ${reason}. Name another with --data.`;
    throw new BrambleError("store-failed", words, { cause });
  }
}

function heldByAnother(lock: Database.Database, path: string, error: unknown): Error {
  try {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) {
      return error instanceof Error ? error : new Error(String(error));
    }
    const pid = lock.prepare("SELECT pid FROM holder").pluck().get();
    const words = `Another hub (pid ${pid ?? "unknown"}) runs on ${path}. Stop it first, or name another folder with --data.`;
    return new BrambleError("store-failed", words, { cause: error });
  } finally {
    lock.close();
  }
}
