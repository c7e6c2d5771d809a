// Writes times and numbers as bytes of text, at a few nanoseconds each.

const MINUTE_MS = 60_000;
const [ZERO, POINT, MINUS, CR, LF] = [0x30, 0x2e, 0x2d, 0x0d, 0x0a];
/** No time and no number is longer. */
const LONGEST_FIELD = 64;
/** Whole numbers up to here are written digit by digit. */
const DIGITS_BELOW = 1e9;
const MAX_DECIMALS = 4;
const POWERS = [1, 10, 100, 1_000, 10_000];

export class RowBytes {
  readonly #formatTime: (tsMs: number) => string;
  #bytes = Buffer.from(new ArrayBuffer(0));
  #length = 0;
  /** The text of a time around its seconds: `2026-01-31T12:00:` and `Z`. */
  #minute = { index: Number.NaN, before: Buffer.alloc(0), after: Buffer.alloc(0) };

  /** `formatTime` writes ISO 8601 with milliseconds. */
  constructor(formatTime: (tsMs: number) => string) {
    this.#formatTime = formatTime;
  }

  /** Writes into `buffer` from now on, or where that is too small into a larger one. */
  begin(buffer: ArrayBuffer): void {
    this.#bytes = Buffer.from(buffer);
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Time in milliseconds UTC. */
  time(tsMs: number): void {
    const index = Math.floor(tsMs / MINUTE_MS);
    if (index !== this.#minute.index) this.#minute = this.#formatMinute(index);
    const ms = tsMs - index * MINUTE_MS;
    this.raw(this.#minute.before);
    this.#reserve(LONGEST_FIELD);
    const seconds = (ms / 1_000) | 0;
    this.#digits(seconds, 2);
    this.#bytes[this.#length++] = POINT;
    this.#digits(ms - seconds * 1_000, 3);
    this.raw(this.#minute.after);
  }

  /** A finite number, in the words of `String(value)`. */
  number(value: number): void {
    this.#reserve(LONGEST_FIELD);
    for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
      const power = POWERS[decimals] ?? 1;
      const whole = Math.round(value * power);
      if (whole >= DIGITS_BELOW || whole <= -DIGITS_BELOW) break;
      // No shorter text stands for the same double: two of at most fifteen digits never do.
      if (whole / power === value) {
        this.#decimal(whole, decimals, power);
        return;
      }
    }
    this.#length += this.#bytes.write(String(value), this.#length, "latin1");
  }

  /** The bytes of `text` from `start` to `end`, that one not included. */
  raw(text: Uint8Array, start = 0, end = text.length): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = start; index < end; index++) bytes[at++] = text[index] ?? 0;
    this.#length = at;
  }

  /** One byte, so many times. */
  repeat(byte: number, count: number): void {
    this.#reserve(count);
    if (count === 1) this.#bytes[this.#length] = byte;
    else this.#bytes.fill(byte, this.#length, this.#length + count);
    this.#length += count;
  }

  endLine(): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = CR;
    this.#bytes[this.#length++] = LF;
  }

  /** All that was written; a view, not a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer, 0, this.#length);
  }

  #decimal(whole: number, decimals: number, power: number): void {
    if (whole < 0) this.#bytes[this.#length++] = MINUS;
    const magnitude = Math.abs(whole);
    const integer = (magnitude / power) | 0;
    this.#digits(integer, digitCount(integer));
    if (decimals === 0) return;
    this.#bytes[this.#length++] = POINT;
    this.#digits(magnitude - integer * power, decimals);
  }

  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  #formatMinute(index: number): { index: number; before: Buffer<ArrayBuffer>; after: Buffer<ArrayBuffer> } {
    const text = this.#formatTime(index * MINUTE_MS);
    const seconds = text.lastIndexOf("00.000");
    return { index, before: Buffer.from(text.slice(0, seconds)), after: Buffer.from(text.slice(seconds + 6)) };
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const bytes = Buffer.from(new ArrayBuffer(this.#bytes.length * 2 + count));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}

function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}
