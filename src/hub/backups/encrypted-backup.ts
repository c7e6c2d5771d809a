// Encrypted backups as files: a plain database in, an encrypted file out, and back.
import { closeSync, createReadStream, createWriteStream, openSync, readSync, rmSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { flushFile } from "../files/flush.ts";
import { decrypt, ENCRYPTED_MARK_BYTES, encrypt, isEncrypted } from "./encrypted-file.ts";

/** Whether there is an encrypted backup at `path`. */
export function isEncryptedFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const handle = openSync(path, "r");
  try {
    const start = Buffer.alloc(ENCRYPTED_MARK_BYTES);
    return isEncrypted(start.subarray(0, readSync(handle, start)));
  } finally {
    closeSync(handle);
  }
}

/** Writes the new file `to`, reads it again, and waits until it is on the disk. Leaves nothing behind where it rejects. */
export async function encryptFile(from: string, to: string, passphrase: string, signal: AbortSignal): Promise<void> {
  await writeNew(to, encrypt(createReadStream(from), passphrase), signal);
  try {
    for await (const _ of decrypt(createReadStream(to), passphrase)) signal.throwIfAborted();
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  }
}

/** Writes the new file `to`. Rejects with `DecryptFailure`; leaves nothing behind then. */
export const decryptFile = (from: string, to: string, passphrase: string, signal: AbortSignal): Promise<void> =>
  writeNew(to, decrypt(createReadStream(from), passphrase), signal);

/** Writes the new file `path`. Leaves nothing behind where it rejects. */
export async function writeNew(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(bytes, createWriteStream(path, { flags: "wx", mode: 0o600 }), { signal });
    flushFile(path);
  } catch (error) {
    rmSync(path, { force: true });
    signal.throwIfAborted();
    throw error;
  }
}
