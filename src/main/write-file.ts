// Writes a stream of bytes to the file that a person chose, whole or not at all: the bytes go into a file of our own beside
// it, which takes its name when the last one is in. Errors have messages that name the folder.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type AnyMessage, message } from "../shared/messages/message.ts";
import { render } from "../shared/messages/render.ts";

/** What a person would call an extension; “26.11” ends with none. */
const EXTENSION = /^\.[a-z][a-z0-9]{0,4}$/i;
const PERMISSIONS = 0o777;

/** A file where it was saved, and how many bytes are in so far. */
export type OnBytes = (bytes: number) => void;

/** Saving was cancelled; nothing is left of it. */
export class SaveCancelled extends Error {}

/** Writing failed. The reason names the place and what to do. */
export class SaveFailure extends Error {
  readonly reason: AnyMessage;

  constructor(reason: AnyMessage, cause: unknown) {
    super(render(reason), { cause });
    this.reason = reason;
  }
}

/** Throws `SaveCancelled` once `signal` aborts, `SaveFailure` where the disk refuses, and what the stream throws. */
export async function saveStream(
  chunks: ReadableStream<Uint8Array>,
  path: string,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<void> {
  const reader = chunks.getReader();
  // Ends also a read that waits for a hub which has stopped sending.
  const endReading = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", endReading);
  try {
    await replaceFile(await targetOf(path), reader, onBytes, signal);
  } finally {
    signal.removeEventListener("abort", endReading);
    // Where the file could not be written, the hub would wait for a reader of the rest.
    endReading();
  }
}

type Chunks = Pick<ReadableStreamDefaultReader<Uint8Array>, "read">;

async function replaceFile(path: string, chunks: Chunks, onBytes: OnBytes, signal: AbortSignal): Promise<void> {
  // Short, hidden and new: no file of the person's has this name, and it fits where the chosen name fits.
  const unfinished = join(dirname(path), `.bramble-${randomUUID().slice(0, 8)}.part`);
  try {
    // One that its owner alone may read stays so.
    const mode = (await stat(path).catch(() => null))?.mode;
    await write(unfinished, mode, chunks, onBytes, signal);
    await rename(unfinished, path).catch(failAt(path));
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Of a link the file that it leads to, as by every other program; also of one that leads to none yet. */
function targetOf(path: string): Promise<string> {
  return realpath(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") return failAt(path)(error);
    const target = await readlink(path).catch(() => null);
    return target === null ? path : targetOf(resolve(await realpath(dirname(path)), target));
  });
}

async function write(
  path: string,
  mode: number | undefined,
  chunks: Chunks,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, "wx", mode).catch(failAt(path));
  try {
    // What the umask took; a disk without modes refuses.
    if (mode !== undefined) await file.chmod(mode & PERMISSIONS).catch(() => undefined);
    for (let bytes = 0; ; ) {
      if (signal.aborted) throw new SaveCancelled();
      const { done, value } = await chunks.read();
      if (signal.aborted) throw new SaveCancelled();
      if (done) break;
      for (let written = 0; written < value.length; ) {
        written += (await file.write(value.subarray(written)).catch(failAt(path))).bytesWritten;
      }
      bytes += value.length;
      onBytes(bytes);
    }
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  // Some file systems tell only now that the disk is full.
  await file.close().catch(failAt(path));
}

/**
 * The file to save to where the dialog answered `path`: GTK adds no extension to a name that was typed without one. The
 * dialog then has not asked whether to replace the file with one, so such a file gets a number.
 */
export function withExtension(path: string, extension: string): string {
  if (EXTENSION.test(extname(path))) return path;
  const stem = path.replace(/\.$/, "");
  for (let number = 1; ; number++) {
    const named = number === 1 ? `${stem}.${extension}` : `${stem} (${number}).${extension}`;
    if (!existsSync(named)) return named;
  }
}

function failAt(path: string): (error: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new SaveFailure(failureMessage(cause, path), cause);
  };
}

/** What a person does about it; the folder is named, since the dialog may have offered another than they think. */
function failureMessage({ code, message: reason }: NodeJS.ErrnoException, path: string): AnyMessage {
  const [folder, name] = [dirname(path), basename(path)];
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return message(existsSync(folder) ? "desktop/save/takes-none" : "desktop/save/folder-gone", { folder });
    case "ENOSPC":
      return message("desktop/save/full", { folder });
    case "EDQUOT":
      return message("desktop/save/quota", { folder });
    case "EFBIG":
      return message("desktop/save/too-large", { folder });
    case "EACCES":
    case "EPERM":
      return message("desktop/save/forbidden", { folder });
    case "EROFS":
      return message("desktop/save/read-only", { folder });
    case "EISDIR":
    case "ENOTEMPTY":
      return message("desktop/save/is-folder", { path });
    case "EBUSY":
    case "ETXTBSY":
      return message("desktop/save/open-elsewhere", { name });
    case "ENAMETOOLONG":
      return message("desktop/save/name-too-long", { name, folder });
    case "EIO":
    case "ENXIO":
    case "ENODEV":
      return message("desktop/save/disk-gone", { folder });
    default:
      return message("desktop/save/failed", { folder, reason: code ?? reason });
  }
}
