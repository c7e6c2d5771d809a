// Writes files as a tar archive (POSIX ustar), which every system's tar takes apart.
import { createReadStream, statSync } from "node:fs";

export interface TarEntry {
  /** As it is called in the archive. */
  readonly name: string;
  readonly path: string;
}

const BLOCK_BYTES = 512;
const MAX_NAME_BYTES = 100;

/** The archive, a piece at a time. Rejects where a file changes its size meanwhile. */
export async function* tarOf(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { name, path } of entries) {
    const { size, mtimeMs } = statSync(path);
    yield headerOf(name, size, mtimeMs);
    let written = 0;
    for await (const piece of createReadStream(path)) {
      const bytes: Uint8Array = piece;
      written += bytes.length;
      yield bytes;
    }
    if (written !== size) throw new Error(`${path} changed while it was read. Try again.`);
    yield new Uint8Array((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
  }
  yield new Uint8Array(2 * BLOCK_BYTES);
}

/** For its owner alone: what is archived here is secret. */
function headerOf(name: string, size: number, mtimeMs: number): Uint8Array {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw new Error(`the name ${name} is too long for an archive`);
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (number: number, digits: number) => `${number.toString(8).padStart(digits, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o600, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(Math.floor(mtimeMs / 1_000), 11), 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148);
  return header;
}
