// Downloads that runs and checkouts share: a folder of the user's, outside the repository.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The cached folder of that name. `fill` makes it in a temporary place first, so a half-made one is never found. */
export function cached(name: string, fill: (folder: string) => void): string {
  const { XDG_CACHE_HOME } = process.env;
  const cache = join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "bramble-test");
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, `.${name}-`));
  try {
    fill(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Another run may have filled it meanwhile.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
