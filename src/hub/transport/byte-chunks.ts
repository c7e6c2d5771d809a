// Bytes that are kept until more have arrived, in few objects: small chunks are joined, since the overhead of one outweighs its
// bytes: the object, or the buffer that it is a view of. A client decides how small they are.

const SMALL_CHUNK_BYTES = 4 * 1024;
const EMPTY = Buffer.alloc(0);

export class ByteChunks {
  /** Small ones are in order of falling size: each byte is copied a logarithmic number of times. */
  #chunks: Buffer[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(arrived: Buffer): void {
    let chunk = arrived;
    this.#bytes += chunk.length;
    for (let last = this.#chunks.at(-1); isSmall(chunk) && last !== undefined; last = this.#chunks.at(-1)) {
      if (last.length > chunk.length) break;
      this.#chunks.pop();
      chunk = Buffer.concat([last, chunk]);
    }
    this.#chunks.push(chunk);
  }

  /** All of them in one, which are kept no longer. */
  take(): Buffer {
    const [only = EMPTY] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return bytes;
  }
}

/** Whether a chunk is copied rather than held by itself. */
export function isSmall({ length }: Uint8Array): boolean {
  return length < SMALL_CHUNK_BYTES;
}
