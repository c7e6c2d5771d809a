// Text of a CSV file in pieces -> its rows (RFC 4180, and what programs make of it): quotes, quoted line ends, CRLF or LF. It
// holds one unfinished row at most, and of that no more than a bound: a quote that is never closed costs one line, not the file.

/** Longer rows are refused. */
export const MAX_ROW_CHARACTERS = 1_048_576;
const QUOTE = '"';

export interface CsvRow {
  /** Of its first line, from 1. */
  readonly line: number;
  /** Null where the row is too long. */
  readonly cells: readonly string[] | null;
}

export class CsvReader {
  readonly #separator: string;
  /** What follows the last complete row. */
  #rest = "";
  #line = 1;
  /** Within a row that is too long, until its line ends. */
  #isSkipping = false;

  constructor(separator: string) {
    this.#separator = separator;
  }

  /** The rows that `text` completes; with `isLast` what is left is a row, too. */
  *rows(text: string, isLast: boolean): Generator<CsvRow> {
    const data = this.#rest + text;
    let at = 0;
    if (this.#isSkipping) {
      const end = data.indexOf("\n");
      at = end < 0 ? data.length : end + 1;
      if (end >= 0) this.#endSkipping();
    }
    while (at < data.length) {
      const found = this.#rowAt(data, at, isLast);
      if (found === null) break;
      const { cells, end, lines } = found;
      const line = this.#line;
      this.#line += lines;
      at = end;
      if (cells === null || !isBlank(cells)) yield { line, cells };
    }
    if (data.length - at > MAX_ROW_CHARACTERS) {
      yield { line: this.#line, cells: null };
      this.#isSkipping = true;
      at = data.length;
    }
    this.#rest = data.slice(at);
  }

  #endSkipping(): void {
    this.#isSkipping = false;
    this.#line++;
  }

  /** Null where the row goes on behind `data`. */
  #rowAt(data: string, at: number, isLast: boolean): FoundRow | null {
    const newline = data.indexOf("\n", at);
    if (newline < 0 && !isLast) return null;
    const lineEnd = newline < 0 ? data.length : newline;
    const quote = data.indexOf(QUOTE, at);
    if (quote < 0 || quote >= lineEnd) return this.#plainRow(data, at, lineEnd);
    return this.#quotedRow(data, at, isLast) ?? this.#unclosedRow(data, at, lineEnd, isLast);
  }

  #plainRow(data: string, at: number, lineEnd: number): FoundRow {
    const end = data[lineEnd - 1] === "\r" && lineEnd > at ? lineEnd - 1 : lineEnd;
    const isTooLong = end - at > MAX_ROW_CHARACTERS;
    return { cells: isTooLong ? null : data.slice(at, end).split(this.#separator), end: lineEnd + 1, lines: 1 };
  }

  /** A quote that no other one closes is a character like any other, once the row is too long or the file ends. */
  #unclosedRow(data: string, at: number, lineEnd: number, isLast: boolean): FoundRow | null {
    return isLast || data.length - at > MAX_ROW_CHARACTERS ? this.#plainRow(data, at, lineEnd) : null;
  }

  /** Null where it goes on behind `data`, or is too long. */
  #quotedRow(data: string, start: number, isLast: boolean): FoundRow | null {
    const cells: string[] = [];
    let lines = 1;
    let at = start;
    for (;;) {
      let cell = "";
      if (data[at] === QUOTE) {
        const close = closingQuote(data, at + 1);
        if (close === null) return null;
        cell = data.slice(at + 1, close).replaceAll('""', QUOTE);
        for (let newline = cell.indexOf("\n"); newline >= 0; newline = cell.indexOf("\n", newline + 1)) lines++;
        at = close + 1;
      }
      const end = this.#cellEnd(data, at);
      if (end === data.length && !isLast) return null;
      const isRowEnd = data[end] !== this.#separator;
      const stop = isRowEnd && data[end - 1] === "\r" && end > at ? end - 1 : end;
      cells.push(cell + data.slice(at, stop));
      at = end + 1;
      if (isRowEnd) return { cells, end: at, lines };
      if (at - start > MAX_ROW_CHARACTERS) return null;
    }
  }

  /** The next separator or line end, or the end of the data. */
  #cellEnd(data: string, at: number): number {
    let end = at;
    while (end < data.length && data[end] !== this.#separator && data[end] !== "\n") end++;
    return end;
  }
}

interface FoundRow {
  readonly cells: readonly string[] | null;
  /** Behind its line end. */
  readonly end: number;
  readonly lines: number;
}

/** Null where it is not in the data. */
function closingQuote(data: string, from: number): number | null {
  for (let at = data.indexOf(QUOTE, from); at >= 0; at = data.indexOf(QUOTE, at + 2)) {
    if (data[at + 1] !== QUOTE) return at;
  }
  return null;
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}
