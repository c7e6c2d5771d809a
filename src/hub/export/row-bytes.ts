// Writes times and numbers as bytes of text, at a few nanoseconds each.

const MINUTE_MS = 60_000;
const [ZERO, MINUS, CR, LF] = [0x30, 0x2d, 0x0d, 0x0a];
/** No time and no number is longer. */
const LONGEST_FIELD = 64;
/** Whole numbers up to here are written digit by digit. */
const DIGITS_BELOW = 1e9;
const DIGITS_PER_PART = 9;
const MAX_DECIMALS = 4;
const POWERS = [1, 10, 100, 1_000, 10_000];

export interface RowBytesOptions {
  /** Writes ISO 8601 with milliseconds, or like it. */
  readonly formatTime: (tsMs: number) => string;
  /** Between a number and its fraction. */
  readonly decimal: "." | ",";
  /** Between seconds and milliseconds. */
  readonly timeDecimal: "." | ",";
}

const PLAIN: RowBytesOptions = { formatTime: (tsMs) => new Date(tsMs).toISOString(), decimal: ".", timeDecimal: "." };

export class RowBytes {
  readonly #formatTime: (tsMs: number) => string;
  readonly #decimal: number;
  readonly #timeDecimal: number;
  #bytes = Buffer.from(new ArrayBuffer(0));
  #length = 0;
  /** The text of a time around its seconds: `2026-01-31T12:00:` and `Z`. */
  #minute = { index: Number.NaN, before: Buffer.alloc(0), after: Buffer.alloc(0) };

  constructor({ formatTime, decimal, timeDecimal }: RowBytesOptions = PLAIN) {
    this.#formatTime = formatTime;
    this.#decimal = decimal.charCodeAt(0);
    this.#timeDecimal = timeDecimal.charCodeAt(0);
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
    this.#bytes[this.#length++] = this.#timeDecimal;
    this.#digits(ms - seconds * 1_000, 3);
    this.raw(this.#minute.after);
  }

  /** A whole number, such as a time in milliseconds. */
  integer(value: number): void {
    this.#reserve(LONGEST_FIELD);
    const high = Math.floor(value / DIGITS_BELOW);
    if (value < DIGITS_BELOW || high >= DIGITS_BELOW) {
      this.#length += this.#bytes.write(String(value), this.#length, "latin1");
      return;
    }
    this.#digits(high, digitCount(high));
    this.#digits(value - high * DIGITS_BELOW, DIGITS_PER_PART);
  }

  /** A finite number, as `String(value)` has it but for the decimal. */
  number(value: number): void {
    this.#reserve(LONGEST_FIELD);
    for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
      const power = POWERS[decimals] ?? 1;
      const whole = Math.round(value * power);
      if (whole >= DIGITS_BELOW || whole <= -DIGITS_BELOW) break;
      // No shorter text stands for the same double: two of at most fifteen digits never do.
      if (whole / power === value) {
        this.#scaled(whole, decimals, power);
        return;
      }
    }
    const text = String(value);
    const point = text.indexOf(".");
    const start = this.#length;
    this.#length += this.#bytes.write(text, start, "latin1");
    if (point >= 0) this.#bytes[start + point] = this.#decimal;
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

  #scaled(whole: number, decimals: number, power: number): void {
    if (whole < 0) this.#bytes[this.#length++] = MINUS;
    const magnitude = Math.abs(whole);
    const integer = (magnitude / power) | 0;
    this.#digits(integer, digitCount(integer));
    if (decimals === 0) return;
    this.#bytes[this.#length++] = this.#decimal;
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
