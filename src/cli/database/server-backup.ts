// A backup of a hub on a database server: the hub's folder goes into an archive; the database is backed up with the server's own
// tools, whose command is printed.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { copyDatabase } from "../../hub/store/maintenance.ts";
import type { StoreAddress } from "../../hub/store/store-address.ts";
import { withTemporaryFolder } from "../standard-streams.ts";
import { type TarEntry, tarOf } from "./tar.ts";

/** What of the folder belongs to the hub's identity and is nowhere else: certificates and their keys, and commands for DNS. */
const FOLDERS = ["tls", "dns-commands"];
const SPOOL = /^spool-\d+\.db$/;

/** Hands `write` the archive. */
export async function withServerBackup<T>(
  folder: string,
  signal: AbortSignal,
  write: (archive: AsyncIterable<Uint8Array>, files: number) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (temporary) => {
    const entries: TarEntry[] = FOLDERS.flatMap((name) => filesIn(folder, name));
    // Acknowledged readings that the server does not have yet; the hub may be writing there.
    for (const name of namesIn(folder).filter((one) => SPOOL.test(one))) {
      const path = join(temporary, name);
      await copyDatabase(join(folder, name), path, signal);
      entries.push({ name, path });
    }
    return write(tarOf(entries), entries.length);
  });
}

/** The command that backs up the database; it prompts for the password. */
export function dumpCommand({ kind, host, port, user, database }: StoreAddress): string {
  switch (kind) {
    case "postgresql":
      return `pg_dump --host=${host} --port=${port} --username=${user} --format=custom --file=bramble.dump ${database}`;
    case "mysql":
      return `mariadb-dump --host=${host} --port=${port} --user=${user} --password --single-transaction --result-file=bramble.sql ${database}`;
  }
}

function filesIn(folder: string, name: string): TarEntry[] {
  const path = join(folder, name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ name: file.slice(folder.length + 1), path: file }));
}

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder).sort() : [];
}
