// The files of a spool, oldest first: `spool-1.db`, `spool-2.db` and so on, each a store of its own. Readings are added to the
// newest; older ones are only forwarded. A file is removed once all of it is on the server, in one atomic step.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { flushName } from "../../files/flush.ts";
import { removeDatabase } from "../maintenance.ts";
import { SqliteStore, type SqliteStoreOptions } from "../sqlite/sqlite-store.ts";

const NAME = /^spool-(\d{1,9})\.db$/;

export interface SpoolFile {
  readonly number: number;
  readonly store: SqliteStore;
}

export class SpoolFiles {
  readonly #folder: string;
  readonly #options: Omit<SqliteStoreOptions, "path">;
  readonly #files: SpoolFile[] = [];

  constructor(folder: string, options: Omit<SqliteStoreOptions, "path">) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Oldest first. */
  get all(): readonly SpoolFile[] {
    return this.#files;
  }

  get newest(): SpoolFile | null {
    return this.#files.at(-1) ?? null;
  }

  /** Opens those that an earlier run has left. */
  async openLeft(): Promise<void> {
    for (const number of numbersIn(this.#folder).sort((a, b) => a - b)) await this.#open(number);
  }

  /** Begins a new file, behind all others. */
  add(): Promise<SpoolFile> {
    return this.#open((this.newest?.number ?? 0) + 1);
  }

  /** Everything in the oldest file is on the server. */
  async removeOldest(): Promise<void> {
    const oldest = this.#files.shift();
    if (oldest === undefined) return;
    await oldest.store.stop();
    const path = this.#path(oldest.number);
    removeDatabase(path);
    // A file that reappeared after a power failure would be forwarded over newer readings on the server.
    flushName(path);
  }

  async close(): Promise<void> {
    for (const { store } of this.#files.splice(0)) await store.stop();
  }

  async #open(number: number): Promise<SpoolFile> {
    const store = new SqliteStore({ ...this.#options, path: this.#path(number) });
    await store.start();
    const file = { number, store };
    this.#files.push(file);
    return file;
  }

  #path(number: number): string {
    return join(this.#folder, `spool-${number}.db`);
  }
}

/** Whether an earlier run has left some. */
export function hasSpoolFiles(folder: string): boolean {
  return existsSync(folder) && numbersIn(folder).length > 0;
}

function numbersIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const [, number] = NAME.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}
