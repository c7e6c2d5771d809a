// The format of an encrypted backup: a header, then chunks until the last one. All numbers are big-endian.
//
//   header   magic "BRAMBLE-BACKUP\n" (15 bytes) · version 1 (1) · log2 N (1) · r (1) · p (1) · salt (16)
//   chunk    ciphertext, CHUNK_BYTES long but for the last · tag (16)
//
// The key is scrypt(passphrase in UTF-8 NFC, salt, N = 2^17, r = 8, p = 1), 32 bytes; each chunk is AES-256-GCM. Its nonce is its
// number (11 bytes) and whether it is the last (1 byte: 0 or 1), so chunks that are reordered, left out, added or cut off do not
// decrypt (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, 2015). The header is the additional data of every chunk.
// A nonce never comes again under a key, since each file has a salt of its own.
// Invariant: `decrypt` gives out no byte that is not authenticated; only its end says that nothing is missing.
import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from "node:crypto";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";

const MAGIC = Buffer.from("BRAMBLE-BACKUP\n", "latin1");
const VERSION = 1;
const SCRYPT_LOG2_N = 17;
const SCRYPT_R = 8;
const SCRYPT_P = 1;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const CHUNK_BYTES = 65_536;
const HEADER_BYTES = MAGIC.length + 4 + SALT_BYTES;
const ALGORITHM = "aes-256-gcm";

/** The file cannot be decrypted; the message has cause and remedy. */
export class DecryptFailure extends Failure {}

/** Whether a file that begins with these bytes is an encrypted backup. */
export function isEncrypted(start: Uint8Array): boolean {
  return MAGIC.equals(start.subarray(0, MAGIC.length));
}

/** How many bytes `isEncrypted` needs. */
export const ENCRYPTED_MARK_BYTES: number = MAGIC.length;

/** The encrypted backup of `plain`, in pieces. */
export async function* encrypt(
  plain: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const settings = Buffer.from([VERSION, SCRYPT_LOG2_N, SCRYPT_R, SCRYPT_P]);
  const header = Buffer.concat([MAGIC, settings, randomBytes(SALT_BYTES)]);
  const key = await keyOf(passphrase, header);
  yield header;
  for await (const { bytes, number, isLast } of pieces(plain, CHUNK_BYTES)) {
    const cipher = createCipheriv(ALGORITHM, key, nonce(number, isLast)).setAAD(header);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Throws `DecryptFailure` at the first byte that is not as it was written. */
export async function* decrypt(
  encrypted: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = new HeaderFirst(encrypted);
  const header = await source.header();
  const key = await keyOf(passphrase, header);
  for await (const { bytes, number, isLast } of pieces(source.rest(), CHUNK_BYTES + TAG_BYTES)) {
    if (bytes.length < TAG_BYTES) throw damaged(number);
    const end = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, key, nonce(number, isLast)).setAAD(header);
    decipher.setAuthTag(bytes.subarray(end));
    const plain = decipher.update(bytes.subarray(0, end));
    try {
      decipher.final();
    } catch {
      throw damaged(number);
    }
    yield plain;
  }
}

/** A wrong passphrase shows at the first chunk, where it cannot be distinguished from damage. */
function damaged(chunk: number): DecryptFailure {
  return new DecryptFailure(
    chunk === 0 ? message("cli/wrong-passphrase") : message("cli/backup-damaged", { chunk: chunk + 1 }),
  );
}

function keyOf(passphrase: string, header: Buffer): Promise<Buffer> {
  const [version, log2N, r, p] = header.subarray(MAGIC.length);
  if (version !== VERSION) throw new DecryptFailure(message("cli/backup-newer"));
  // Others than ours come from damage, and could ask for any amount of memory.
  if (log2N !== SCRYPT_LOG2_N || r !== SCRYPT_R || p !== SCRYPT_P)
    throw new DecryptFailure(message("cli/backup-start-damaged"));
  const N = 2 ** log2N;
  // 128 N r bytes, and some.
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  const salt = header.subarray(HEADER_BYTES - SALT_BYTES);
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function nonce(number: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeUIntBE(number, NONCE_BYTES - 7, 6);
  bytes[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return bytes;
}

interface Piece {
  readonly bytes: Buffer;
  /** From 0. */
  readonly number: number;
  readonly isLast: boolean;
}

/** The stream in pieces of that size. The last one may be shorter, or, of an empty stream, empty. */
async function* pieces(stream: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Piece, void, undefined> {
  let number = 0;
  let waiting = Buffer.alloc(0);
  for await (const bytes of stream) {
    waiting = Buffer.concat([waiting, bytes]);
    // A whole piece may be the last, which shows only with the next one.
    let from = 0;
    for (; waiting.length - from > pieceBytes; from += pieceBytes)
      yield { bytes: waiting.subarray(from, from + pieceBytes), number: number++, isLast: false };
    waiting = waiting.subarray(from);
  }
  yield { bytes: waiting, number, isLast: true };
}

/** A stream whose first bytes are read apart. */
class HeaderFirst {
  readonly #stream: AsyncIterator<Uint8Array>;
  #waiting = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  async header(): Promise<Buffer> {
    while (this.#waiting.length < HEADER_BYTES) {
      const next = await this.#stream.next();
      if (next.done === true) throw new DecryptFailure(message("cli/backup-cut"));
      this.#waiting = Buffer.concat([this.#waiting, next.value]);
    }
    const header = this.#waiting.subarray(0, HEADER_BYTES);
    this.#waiting = this.#waiting.subarray(HEADER_BYTES);
    if (!isEncrypted(header)) throw new DecryptFailure(message("cli/not-encrypted"));
    return header;
  }

  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    yield this.#waiting;
    for (;;) {
      const next = await this.#stream.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
}
