// A file is safe when its bytes are on the disk, and its name is when its folder is.
import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** Waits until the bytes of a file are on the disk. */
export function flushFile(path: string): void {
  // Windows flushes only what may be written.
  flush(path, "r+");
}

/** Waits until the name of a file is on the disk. */
export function flushName(path: string): void {
  // Windows opens no folders, and writes names down in order.
  if (process.platform !== "win32") flush(dirname(path), "r");
}

function flush(path: string, flags: string): void {
  const handle = openSync(path, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
