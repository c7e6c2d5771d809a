// Files of certificates and keys: read whole and bounded, written so that a crash leaves the old one or the new.

import { chown, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../../../shared/error-text.ts";

const MAX_FILE_BYTES = 1024 * 1024;

/** Null where there is none. Rejects where it cannot be read, or is larger than such a file ever is. */
export async function readPem(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`${path} is too large for a certificate`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Writes a file that others may not read, in a folder that is made where it is not there. */
export async function writeSecret(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveToOwner(folder, dirname(folder));
  const unfinished = `${path}.new`;
  // It must not follow a link that another user may have put there.
  await rm(unfinished, { force: true });
  const file = await open(unfinished, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await giveToOwner(unfinished, folder);
  await rename(unfinished, path);
}

/** After root has started the hub once in another user's folder, that user's hub has to be able to read the file. */
async function giveToOwner(path: string, folder: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  // In some containers, and on some file systems, chown is not permitted: the file stays root's.
  if (uid !== 0) await chown(path, uid, gid).catch(() => undefined);
}
