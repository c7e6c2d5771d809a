// The set-up as nightly files, where the data is in a database server: the newest few are kept.
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { flushFile, flushName } from "../files/flush.ts";

const MAX_SET_UP_FILES = 30;
const NAME = /^bramble-set-up-\d{8}\.json$/;

/** Writes the file of the day of `atMs`, in the place of an earlier one of that day, and removes the oldest over the limit. */
export function writeSetUp(folder: string, atMs: number, text: string): void {
  const [day = ""] = new Date(atMs).toISOString().replaceAll("-", "").split("T");
  const path = join(folder, `bramble-set-up-${day}.json`);
  const part = `${path}.part`;
  writeFileSync(part, text, { mode: 0o600 });
  flushFile(part);
  renameSync(part, path);
  flushName(path);
  const names = readdirSync(folder).filter((name) => NAME.test(name));
  for (const name of names.sort().slice(0, -MAX_SET_UP_FILES)) rmSync(join(folder, name), { force: true });
}
