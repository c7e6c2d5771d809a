// The plain parts of a chunk, little-endian, written and read one after the other.

const VARINT_BYTES_MAX = 8;

export class ByteWriter {
  #bytes = new Uint8Array(1_024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint8(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  uint32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  float64(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  /** A whole number in [0, 2^53), seven bits a byte. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.uint8((rest % 128) + 128);
    this.uint8(rest);
  }

  append(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Where the next `count` bytes go. May replace the buffer, so call it before you read `bytes`. */
  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Throws a RangeError for a read past the end. */
export class ByteReader {
  readonly view: DataView;
  /** Of the next byte. A caller that reads `view` in a loop of its own advances it. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.view.getUint8(this.at++);
  }

  uint32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  float64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  /** A whole number in [0, 2^53). */
  varint(): number {
    let value = 0;
    let unit = 1;
    for (let length = 0; length < VARINT_BYTES_MAX; length++) {
      const byte = this.uint8();
      value += (byte & 127) * unit;
      if (byte < 128 && Number.isSafeInteger(value)) return value;
      unit *= 128;
    }
    throw new RangeError("a number is too long");
  }
}
