// Copies of the database, each made and checked by a thread of its own.
import type { BackupCheck, StoreBackup } from "../store.ts";
import { fileSizes } from "./file-sizes.ts";
import { removeDatabase } from "./maintenance/remove-database.ts";
import type { CopierMethods } from "./threads/copier.ts";
import { WorkerClient } from "./threads/worker-client.ts";

export class SqliteBackup implements StoreBackup {
  readonly #path: string;
  readonly #copier: URL;

  constructor(path: string, copier: URL) {
    this.#path = path;
    this.#copier = copier;
  }

  async bytes(): Promise<number> {
    const { databaseBytes, logBytes } = await fileSizes(this.#path);
    return databaseBytes + logBytes;
  }

  copy(path: string, signal: AbortSignal): Promise<BackupCheck> {
    return this.copyFrom(this.#path, path, signal);
  }

  async copyFrom(copy: string, path: string, signal: AbortSignal): Promise<BackupCheck> {
    signal.throwIfAborted();
    // A copy that fails rejects for its caller; the store is not affected.
    const copier = new WorkerClient<CopierMethods>(this.#copier, {
      onDeath: () => undefined,
      onNotice: () => undefined,
    });
    const end = () => void copier.stop();
    signal.addEventListener("abort", end);
    try {
      return await copier.call("copy", { from: copy, to: path });
    } catch (error) {
      await copier.stop();
      removeDatabase(path);
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
      await copier.stop();
    }
  }
}
