// The backups in a folder. The name of a backup has all of its state: when it was made, whether it is damaged, whether it is
// encrypted. Other files in the folder are not touched.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BackupFile } from "../../shared/settings/backups.ts";

const NAME = /^bramble-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(-damaged)?\.db(\.encrypted)?$/;
/** The unfinished file of an interrupted copy. */
const UNFINISHED = /^bramble-\d{8}T\d{6}Z[-a-z]*\.db(?:\.encrypted)?\.(?:part|plain)(?:-journal|-wal|-shm)?$/;

/** The file name of a backup that was made at `atMs`: `bramble-20260131T030000Z.db`. */
export function backupName(atMs: number, is: { readonly damaged: boolean; readonly encrypted: boolean }): string {
  const [stamp = ""] = new Date(atMs).toISOString().replaceAll(/[-:]/g, "").split(".");
  return `bramble-${stamp}Z${is.damaged ? "-damaged" : ""}.db${is.encrypted ? ".encrypted" : ""}`;
}

/** Newest first; none where there is no such folder. */
export function listBackups(folder: string): BackupFile[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => {
    const [match, year, month, day, hour, minute, second, damaged, encrypted] = NAME.exec(name) ?? [];
    if (match === undefined) return [];
    const bytes = statSync(join(folder, name), { throwIfNoEntry: false })?.size;
    const [years = 0, months = 1, ...rest] = [year, month, day, hour, minute, second].map(Number);
    const [days = 1, hours = 0, minutes = 0, seconds = 0] = rest;
    const atMs = Date.UTC(years, months - 1, days, hours, minutes, seconds);
    const is = { isDamaged: damaged !== undefined, isEncrypted: encrypted !== undefined };
    return bytes === undefined ? [] : [{ name, atMs, bytes, ...is }];
  });
  return found.sort((a, b) => b.atMs - a.atMs);
}

/**
 * Makes the folder, closed to other users, and removes what was left unfinished in it. Throws where it cannot be written. The
 * folder above it has to be there: a disk that was taken out must not be replaced by a folder, and Node's `recursive` never
 * ends below /proc.
 */
export function prepareFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  for (const name of readdirSync(folder)) if (UNFINISHED.test(name)) rmSync(join(folder, name), { force: true });
}
