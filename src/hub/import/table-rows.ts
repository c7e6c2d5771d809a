// Bytes of a CSV file in pieces -> the rows of its table: decoded, without its header, comments and the lines of text in front of it.
// A file of InfluxDB holds several tables, each behind lines that begin with "#" and with a header of its own; all of them
// are given in the order of the first one's columns.
import type { ImportForm } from "../../shared/history/import.ts";
import { CsvReader, type CsvRow } from "./csv-reader.ts";

export type TableForm = Pick<ImportForm, "encoding" | "separator" | "header">;

export class TableRows {
  readonly #decoder: TextDecoder;
  readonly #csv: CsvReader;
  readonly #hasHeader: boolean;
  /** Of the first header; null until it was read. */
  #titles: readonly string[] | null = null;
  /** The position of each column of the first header in the current table; null where the order is the same. */
  #columnOf: readonly number[] | null = null;
  #isBehindComment = false;

  constructor({ encoding, separator, header }: TableForm) {
    this.#decoder = new TextDecoder(encoding);
    this.#csv = new CsvReader(separator);
    this.#hasHeader = header;
  }

  /** Of the columns; empty where the file names none, or has not named them yet. */
  get titles(): readonly string[] {
    return this.#titles ?? [];
  }

  *rows(bytes: Uint8Array, isLast: boolean): Generator<CsvRow> {
    for (const row of this.#csv.rows(this.#decoder.decode(bytes, { stream: !isLast }), isLast)) {
      const { line, cells } = row;
      if (cells === null) yield row;
      else if (isComment(cells, line)) this.#isBehindComment = true;
      else if (this.#hasHeader && this.#titles === null && cells.length === 1) this.#isBehindComment = false;
      else if (this.#isHeader(cells)) this.#takeHeader(cells);
      else yield this.#columnOf === null ? row : { line, cells: this.#columnOf.map((column) => cells[column] ?? "") };
    }
  }

  #isHeader(cells: readonly string[]): boolean {
    const isBehindComment = this.#isBehindComment;
    this.#isBehindComment = false;
    if (!this.#hasHeader) return false;
    return this.#titles === null || isBehindComment || isSame(cells, this.#titles);
  }

  #takeHeader(cells: readonly string[]): void {
    if (this.#titles === null) this.#titles = cells.map((cell) => cell.trim());
    const now = cells.map((cell) => cell.trim());
    this.#columnOf = isSame(now, this.#titles) ? null : this.#titles.map((title) => now.indexOf(title));
  }
}

/** A line of comment or annotation, or Excel's hint at the separator. */
function isComment([first = "", ...others]: readonly string[], line: number): boolean {
  return first.startsWith("#") || (line === 1 && /^sep=/i.test(first) && others.every((cell) => cell === ""));
}

function isSame(cells: readonly string[], titles: readonly string[]): boolean {
  return cells.length === titles.length && cells.every((cell, index) => cell.trim() === titles[index]);
}
