// A file is safe when its bytes are on the disk, and its name is when its folder is.
import { closeSync, fsyncSync, openSync } from "node:fs";

/** Waits until a file, or on systems that can a folder, is on the disk. */
export function flush(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
