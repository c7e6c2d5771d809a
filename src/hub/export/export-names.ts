// Names in the encoding of the exported file, in one buffer: there may be half a million.
import type { CsvFormat, ExportFormat } from "./export-format.ts";
import type { RowBytes } from "./row-bytes.ts";

const INITIAL_BYTES = 1_024;
const INITIAL_NAMES = 64;
const MAX_BYTES_PER_CHARACTER = 3;

export class ExportNames {
  /** Encodes a text for the file. */
  readonly toField: (text: string) => string;
  #bytes = Buffer.from(new ArrayBuffer(INITIAL_BYTES));
  /** Of each name the place behind its last byte, from the second entry on. */
  #ends = new Uint32Array(INITIAL_NAMES);
  #count = 0;

  constructor(format: ExportFormat) {
    this.toField = format.kind === "csv" ? csvField(format) : JSON.stringify;
  }

  get count(): number {
    return this.#count;
  }

  /** Answers with its number: names are counted from 0. */
  add(name: string): number {
    const field = this.toField(name);
    const start = this.#ends[this.#count] ?? 0;
    this.#reserve(start + field.length * MAX_BYTES_PER_CHARACTER);
    const number = this.#count++;
    this.#ends[this.#count] = start + this.#bytes.write(field, start);
    return number;
  }

  writeTo(row: RowBytes, number: number): void {
    row.raw(this.#bytes, this.#ends[number], this.#ends[number + 1]);
  }

  /** The encoded name with this number. */
  textOf(number: number): string {
    return this.#bytes.toString("utf8", this.#ends[number], this.#ends[number + 1]);
  }

  #reserve(length: number): void {
    if (this.#count + 1 === this.#ends.length) {
      const ends = new Uint32Array(2 * this.#ends.length);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    if (length <= this.#bytes.length) return;
    const bytes = Buffer.from(new ArrayBuffer(2 * length));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

function csvField({ separator }: CsvFormat): (name: string) => string {
  const special = new RegExp(`["\r\n${separator}]`);
  return (name) => {
    const field = safeText(name);
    return special.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  };
}

/** A spreadsheet runs a cell that begins like a formula; an apostrophe in front makes it text. */
function safeText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
