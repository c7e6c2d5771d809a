// Makes a verified backup every night and on request, retains some of each age, and stages one that is to be restored. One of these
// at a time. A backup gets its name once it was checked, and, where it is encrypted, decrypted again.
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { type Static, Type } from "typebox";
import { errorText } from "../../shared/error-text.ts";
import { Failure, type Problem } from "../../shared/errors.ts";
import type { Language } from "../../shared/messages/language.ts";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import { type BackupChanges, type BackupStatus, LastBackup } from "../../shared/settings/backups.ts";
import type { Clock } from "../clock.ts";
import { diskFailureReason } from "../files/file-access.ts";
import { flushFile, flushName } from "../files/flush.ts";
import { Mutex } from "../mutex.ts";
import type { Log } from "../observe/log/log.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";
import type { StoreBackup } from "../store/store.ts";
import { backupName, listBackups, prepareFolder } from "./backup-files.ts";
import { decryptFile, encryptFile, isEncryptedFile } from "./encrypted-backup.ts";
import { nextDueMs, superseded } from "./schedule.ts";
import { stagedPath } from "./staged-restore.ts";

const CHECK_PERIOD_MS = 60_000;
const DEFAULT_HOUR = 3;

const BackupRecord = Type.Object({
  /** Since when backups are made; none was due before. */
  sinceMs: Type.Integer(),
  nightly: Type.Boolean(),
  hour: Type.Integer(),
  folder: Type.Optional(Type.String()),
  last: Type.Optional(LastBackup),
  lastSoundMs: Type.Optional(Type.Integer()),
});
type BackupRecord = Static<typeof BackupRecord>;

const backupRecords: RecordKind<typeof BackupRecord> = {
  name: "backups",
  schema: BackupRecord,
  idOf: () => "settings",
};

export interface BackupsOptions {
  /** Null where the store is a database server. */
  readonly store: StoreBackup | null;
  readonly records: Pick<RecordStore, "collection">;
  readonly databasePath: string;
  /** In the data folder. */
  readonly defaultFolder: string;
  /** The folder by a flag; null without one. */
  readonly folder: string | null;
  readonly passphrase: string | null;
  /** Free bytes on the disk of a folder; null where it does not report them. */
  readonly freeBytes: (folder: string) => Promise<number | null>;
  /** The set-up as a file's text, for a store whose data is elsewhere. */
  readonly exportSetUp: () => Promise<string>;
  /** Stops the hub, puts the staged backup in place and starts it again; null where that is not possible from within. */
  readonly restart: (() => void) | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** The condition of backups, for the doctor. */
export interface BackupCondition {
  readonly isWanted: boolean;
  readonly last: Pick<LastBackup, "atMs" | "outcome"> | null;
  /** The problem of the last one; empty where there is none. */
  readonly problem: AnyMessage | string;
  /** The newest that is sound; where there is none, when backups began. */
  readonly soundSinceMs: number;
}

export class Backups {
  readonly #options: BackupsOptions;
  #record: BackupRecord;
  #running: BackupStatus["running"] = null;
  #work: Promise<void> = Promise.resolve();
  /** Each is based on the record that the one before has saved. */
  readonly #changes = new Mutex();
  #restoreProblem: AnyMessage | null = null;
  /** Of the last backup, where it was in this run; one from before is in English. */
  #problem: AnyMessage | null = null;
  readonly #ending = new AbortController();
  #endTimer: (() => void) | null = null;

  constructor(options: BackupsOptions) {
    this.#options = options;
    this.#record = { sinceMs: options.clock.now(), nightly: true, hour: DEFAULT_HOUR };
  }

  async start(): Promise<void> {
    const { clock } = this.#options;
    const [record] = await this.#records.list();
    if (record === undefined) await this.#records.save([this.#record]);
    else this.#record = record;
    this.#endTimer = clock.every(CHECK_PERIOD_MS, () => {
      if (this.#running === null && this.#record.nightly && clock.now() >= this.#dueMs) void this.make();
    });
  }

  /** Cancels the work under way; resolves when nothing is left of it. */
  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#ending.abort(new Error("the hub stops"));
    await this.#work;
  }

  /** Resolves when nothing is under way. */
  get idle(): Promise<void> {
    return this.#work;
  }

  status(language: Language): BackupStatus {
    const { store, folder, passphrase, restart } = this.#options;
    const { nightly, hour, last = null } = this.#record;
    return {
      kind: store === null ? "server" : "files",
      nightly,
      hour,
      folder: this.#folder,
      isFolderFixed: folder !== null,
      isEncrypting: passphrase !== null,
      running: this.#running,
      nextMs: nightly ? this.#dueMs : null,
      last: last === null || this.#problem === null ? last : { ...last, problem: render(this.#problem, language) },
      ...(this.#restoreProblem && { restoreProblem: render(this.#restoreProblem, language) }),
      ...(restart === null && { restoreCommand: `bramble restore ${join(this.#folder, "FILE")}` }),
      backups: this.#list(),
    };
  }

  get condition(): BackupCondition {
    const { nightly, last, lastSoundMs, sinceMs } = this.#record;
    return {
      isWanted: nightly && this.#options.store !== null,
      last: last ?? null,
      problem: this.#problem ?? last?.problem ?? "",
      soundSinceMs: lastSoundMs ?? sinceMs,
    };
  }

  /** Resolves once it is on disk and in force. */
  async change({ nightly, hour, folder }: BackupChanges): Promise<Problem | null> {
    if (folder !== undefined && this.#options.folder !== null) return message("set-by-flag", { field: "folder" });
    if (folder !== undefined && folder !== null) {
      const problem = folderProblem(folder);
      if (problem !== null) return problem;
    }
    return this.#changes.runExclusive(async () => {
      const { folder: before, ...rest } = this.#record;
      const next = folder === undefined ? before : (folder ?? undefined);
      const record = {
        ...rest,
        ...(nightly !== undefined && { nightly }),
        ...(hour !== undefined && { hour }),
        ...(next !== undefined && { folder: next }),
      };
      await this.#records.save([record]);
      this.#record = record;
      return null;
    });
  }

  /** Begins a backup; its outcome is in the status. */
  make(): Problem | null {
    return this.#begin("backup", async () => {
      const outcome = await this.#make().catch((error: unknown) => failed(error, this.#folder));
      // A backup that is cancelled because the hub stops is made up for.
      if (this.#ending.signal.aborted) return;
      const atMs = this.#options.clock.now();
      const problem = outcome.kind === "sound" ? null : outcome.reason;
      this.#problem = problem;
      if (problem !== null) this.#options.log.error({ problem: render(problem) }, "the backup has a problem");
      const last = { atMs, outcome: outcome.kind, ...(problem && { problem: render(problem) }) };
      await this.#changes.runExclusive(() => {
        // It happened, saved or not: else the next one would begin within a minute, and so on.
        this.#record = { ...this.#record, last, ...(problem === null && { lastSoundMs: atMs }) };
        return this.#records.save([this.#record]);
      });
    });
  }

  /** Begins to stage a backup, for which the hub then restarts; why it does not is in the status. */
  restore(name: string): Problem | null {
    const { store, restart } = this.#options;
    const found = this.#list().find((backup) => backup.name === name);
    if (found === undefined) return message("no-such-backup", { name: name.slice(0, 80) });
    if (store === null || restart === null) return message("no-backup-files");
    return this.#begin("restore", async () => {
      try {
        this.#restoreProblem = null;
        await this.#stage(store, name);
        restart();
      } catch (error) {
        this.#restoreProblem = message("restore/failed", { name, reason: reasonOf(error, this.#folder) });
        this.#options.log.error({ err: error, name }, "a backup was not restored");
      }
    });
  }

  get #folder(): string {
    const { folder, defaultFolder } = this.#options;
    return folder ?? this.#record.folder ?? defaultFolder;
  }

  get #dueMs(): number {
    const { last, sinceMs, hour } = this.#record;
    const attempt = { atMs: last?.atMs ?? sinceMs, hasFailed: last?.outcome === "failed" };
    return nextDueMs(attempt, hour, this.#options.clock.now());
  }

  #list(): BackupStatus["backups"] {
    try {
      return listBackups(this.#folder);
    } catch (error) {
      // The disk may be removed: the next backup reports it.
      this.#options.log.debug({ err: error }, "the folder of the backups cannot be read");
      return [];
    }
  }

  #begin(what: "backup" | "restore", act: () => Promise<void>): Problem | null {
    if (this.#running !== null || this.#ending.signal.aborted) return message("backup-running");
    this.#running = what;
    this.#work = act()
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#options.log.error({ err: error }, "the state of the backups is not saved");
      })
      .finally(() => {
        this.#running = null;
      });
    return null;
  }

  async #make(): Promise<Outcome> {
    const { store, passphrase, clock, exportSetUp } = this.#options;
    const { signal } = this.#ending;
    const folder = this.#folder;
    prepareFolder(folder);
    const atMs = clock.now();
    if (store === null) {
      const { writeSetUp } = await import("./set-up-files.ts");
      writeSetUp(folder, atMs, await exportSetUp());
      return { kind: "sound" };
    }
    await this.#checkRoom(folder, (await store.bytes()) * (passphrase === null ? 1 : 2));
    const part = join(folder, `${backupName(atMs, { damaged: false, encrypted: false })}.part`);
    const { damages, firstDamage } = await store.copy(part, signal);
    const name = backupName(atMs, { damaged: damages > 0, encrypted: passphrase !== null });
    try {
      if (passphrase === null) {
        flushFile(part);
        renameSync(part, join(folder, name));
      } else {
        const encrypted = join(folder, `${name}.part`);
        await encryptFile(part, encrypted, passphrase, signal);
        renameSync(encrypted, join(folder, name));
      }
      flushName(join(folder, name));
    } finally {
      rmSync(part, { force: true });
    }
    for (const old of superseded(listBackups(folder))) rmSync(join(folder, old.name), { force: true });
    if (damages === 0) return { kind: "sound" };
    return { kind: "damaged", reason: message("backup/damaged", { count: damages, first: firstDamage ?? "" }) };
  }

  async #checkRoom(folder: string, needed: number): Promise<void> {
    const free = await this.#options.freeBytes(folder);
    if (free === null || free >= needed) return;
    const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`;
    const params = { path: folder, needed: megabytes(needed), free: megabytes(free) };
    throw new Failure(message("backup/no-room", params));
  }

  async #stage(store: StoreBackup, name: string): Promise<void> {
    const { databasePath, passphrase } = this.#options;
    const { signal } = this.#ending;
    const file = join(this.#folder, name);
    const staged = stagedPath(databasePath);
    const part = `${staged}.part`;
    const plain = `${staged}.plain`;
    for (const left of [staged, part, plain]) rmSync(left, { force: true });
    try {
      const isEncrypted = isEncryptedFile(file);
      if (isEncrypted) {
        const command = `bramble restore ${file} --passphrase-file FILE`;
        if (passphrase === null) throw new Failure(message("restore/encrypted", { command }));
        await decryptFile(file, plain, passphrase, signal);
      }
      const { damages } = await store.copyFrom(isEncrypted ? plain : file, part, signal);
      if (damages > 0) throw new Failure(message("restore/damaged"));
      flushFile(part);
      renameSync(part, staged);
      flushName(staged);
    } finally {
      for (const left of [part, plain]) rmSync(left, { force: true });
    }
  }

  get #records() {
    return this.#options.records.collection(backupRecords);
  }
}

type Outcome = { readonly kind: "sound" } | { readonly kind: "damaged" | "failed"; readonly reason: AnyMessage };

function failed(error: unknown, folder: string): Outcome {
  return { kind: "failed", reason: message("backup/failed", { reason: reasonOf(error, folder) }) };
}

function reasonOf(error: unknown, folder: string): AnyMessage | string {
  if (error instanceof Failure) return error.reason;
  return diskFailureReason(error, folder) ?? `${errorText(error)}.`;
}

function folderProblem(folder: string): Problem | null {
  const wrong = message("bad-value/backup-folder", { field: "folder", value: folder.slice(0, 200) });
  if (!isAbsolute(folder)) return wrong;
  try {
    prepareFolder(folder);
    return existsSync(folder) && statSync(folder).isDirectory() ? null : wrong;
  } catch {
    return wrong;
  }
}
