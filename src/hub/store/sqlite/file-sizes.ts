// The size of a database on the disk.
import { stat } from "node:fs/promises";
import { errorCode } from "../../../shared/error-text.ts";

/** Of the file at `path`, and of its write-ahead log. */
export async function fileSizes(path: string): Promise<{ readonly databaseBytes: number; readonly logBytes: number }> {
  const [databaseBytes, logBytes] = await Promise.all([fileBytes(path), fileBytes(`${path}-wal`)]);
  return { databaseBytes, logBytes };
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    // The write-ahead log comes and goes.
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}
