// The format of encrypted backups: it round-trips, and rejects changed, moved, added or truncated data.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { DecryptFailure, decrypt, encrypt, isEncrypted } from "../../../src/hub/backups/encrypted-file.ts";

const PASSPHRASE = "correct horse battery stäple";
const HEADER_BYTES = 35;
const CHUNK_BYTES = 65_536 + 16;

/** Bytes as they come from a file or a pipe: in pieces of any size. */
async function* inPiecesOf(size: number, bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const encrypted = (plain: Buffer, size = 10_000) => buffer(encrypt(inPiecesOf(size, plain), PASSPHRASE));
const decrypted = (bytes: Buffer, passphrase = PASSPHRASE, size = 10_000) =>
  buffer(decrypt(inPiecesOf(size, bytes), passphrase));

const patterned = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + index / 256) % 256));

// Each file and each reading of one derives the key anew, which is meant to take long: every size meets another on the way back.
test.each([
  [0, 1_000, 65_543],
  [1, 65_536, 1_007],
  [65_535, 1_000, 1_000_007],
  [65_536, 65_536, 65_543],
  [65_537, 1_000_000, 1_007],
  [200_000, 65_536, 1_007],
  [200_000, 1_000, 65_552],
])(
  "%i bytes come back, written in pieces of %i and read in pieces of %i",
  async (length, writtenIn, readIn) => {
    const plain = patterned(length);
    const file = await encrypted(plain, writtenIn);
    expect(isEncrypted(file)).toBe(true);
    expect(file.length).toBe(HEADER_BYTES + length + 16 * Math.max(1, Math.ceil(length / 65_536)));
    expect((await decrypted(file, PASSPHRASE, readIn)).equals(plain)).toBe(true);
  },
  60_000,
);

test("the same bytes are never encrypted alike, and reveal no plaintext", async () => {
  const plain = Buffer.alloc(100_000, "secret ");
  const [one, other] = await Promise.all([encrypted(plain), encrypted(plain)]);
  expect(one.includes("secret")).toBe(false);
  expect(one.subarray(HEADER_BYTES).equals(other.subarray(HEADER_BYTES))).toBe(false);
});

test("a wrong passphrase is reported; a differently normalised one is accepted", async () => {
  const file = await encrypted(Buffer.from("plain"));
  await expect(decrypted(file, "correct horse")).rejects.toThrow("The passphrase is not the one of this backup");
  expect(String(await decrypted(file, PASSPHRASE.normalize("NFD")))).toBe("plain");
});

test("any flipped bit is detected", async () => {
  const file = await encrypted(Buffer.from("plain"));
  // A step that meets every bit of a byte: magic, cost, salt, what is encrypted, and its tag.
  for (let index = 0; index < file.length; index += 5) {
    const changed = Buffer.from(file);
    changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
    await expect(decrypted(changed), `byte ${index}`).rejects.toThrow(DecryptFailure);
  }
}, 120_000);

const file = await encrypted(patterned(4 * 65_536 + 100));
const header = file.subarray(0, HEADER_BYTES);
const chunks = Array.from({ length: 5 }, (_, index) => {
  const start = HEADER_BYTES + index * CHUNK_BYTES;
  return file.subarray(start, start + CHUNK_BYTES);
});
const [first = header, second = header, third = header, fourth = header, last = header] = chunks;
const other = await encrypted(patterned(4 * 65_536 + 100));

test.each<[string, Buffer[]]>([
  ["two are swapped", [header, first, third, second, fourth, last]],
  ["one is left out", [header, first, third, fourth, last]],
  ["one is there twice", [header, first, second, second, third, fourth, last]],
  ["the last is cut off", [header, first, second, third, fourth]],
  ["the last is cut short", [header, first, second, third, fourth, last.subarray(0, -1)]],
  ["the last is shorter than a tag", [header, first, second, third, fourth, last.subarray(0, 5)]],
  ["something follows", [file, Buffer.from("x")]],
  ["a chunk follows", [file, last]],
  [
    "one is of another backup",
    [header, first, other.subarray(HEADER_BYTES + CHUNK_BYTES, HEADER_BYTES + 2 * CHUNK_BYTES), third, fourth, last],
  ],
  ["the header is of another backup", [other.subarray(0, HEADER_BYTES), ...chunks]],
  ["all are cut off", [header]],
  ["the header is cut off", [header.subarray(0, 20)]],
])("of several chunks it is noticed where %s", async (_name, parts) => {
  await expect(buffer(decrypt(Readable.from([Buffer.concat(parts)]), PASSPHRASE))).rejects.toThrow(DecryptFailure);
});

test("a changed byte is detected, and nothing of its chunk is output", async () => {
  for (const index of [0, 2, chunks.length - 1]) {
    const changed = Buffer.from(file);
    const at = HEADER_BYTES + index * CHUNK_BYTES + 50;
    changed[at] = (changed[at] ?? 0) ^ 1;
    let got = 0;
    const reading = (async () => {
      for await (const bytes of decrypt(inPiecesOf(9_999, changed), PASSPHRASE)) got += bytes.length;
    })();
    await expect(reading).rejects.toThrow(DecryptFailure);
    expect(got).toBe(index * 65_536);
  }
}, 30_000);
