// Small files that the app keeps in the user's folder.
import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Replaces the file as a whole, readable by the user alone. Throws what the file system does; the file is as it was then. */
export function replaceJsonFile(file: string, value: object): void {
  const unfinished = `${file}.new`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    // On a disk that is full it takes the place that others need.
    rmSync(unfinished, { force: true });
    throw error;
  }
}
