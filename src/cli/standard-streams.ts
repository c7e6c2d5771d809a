// Standard input and output as files: raw bytes, at the speed of the other end.
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Misuse } from "../hub/arguments.ts";
import { errorCode, errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { message } from "../shared/messages/message.ts";
import { writeFailure } from "./output-file.ts";

/** EPIPE: the reader of standard output has closed it, which is not an error. */
export class OutputClosed extends Error {}

/** Throws `Misuse` where standard output is a terminal, since binary data would confuse it. */
export function refuseTerminal(what: string): void {
  if (process.stdout.isTTY) throw new Misuse(message("cli/no-text", { what }));
}

/** What pipes of Unix and of Windows say when nobody reads any more. */
const READER_GONE = ["EPIPE", "ECONNRESET", "EOF"];

/** Writes everything to standard output; rejects with `OutputClosed` when the reader closes it. */
export async function writeOut(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of bytes) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(piece, (error) => {
        if (!error) resolve();
        else if (READER_GONE.includes(errorCode(error)))
          reject(new OutputClosed("Standard output was closed before everything was written.", { cause: error }));
        else reject(new Failure(message("cli/output-not-written", { reason: errorText(error) }), { cause: error }));
      });
    });
  }
}

/** Hands `use` the path of a file that holds all of standard input, and removes it afterwards. */
export async function withStandardInput<T>(signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T> {
  if (process.stdin.isTTY) throw new Misuse(message("cli/terminal-input"));
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, "standard-input");
    try {
      await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw writeFailure(error, path);
    }
    return use(path);
  });
}

/** A folder of this user's own, in TMPDIR where that is set; gone afterwards. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The body of an answer, as Node's streams have it. */
export function bodyOf(response: Response): AsyncIterable<Uint8Array> {
  return response.body === null ? Readable.from([]) : response.body;
}
