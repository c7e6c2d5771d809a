// The beginning of a file -> its encoding and its separator, which have to be known before it is a table.
import { type ImportForm, SEPARATORS } from "../../../shared/history/import.ts";
import { readText } from "../../../shared/text-values.ts";
import { CsvReader } from "../csv-reader.ts";
import { isClockText, isDateText } from "../time-text.ts";

type Encoding = ImportForm["encoding"];
type Separator = ImportForm["separator"];

const MAX_SAMPLE_ROWS = 200;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
/** Of a sample that is cut within a character. */
const MAX_CHARACTER_BYTES = 4;

/** By its mark, by the NULs between Latin letters in UTF-16, or by whether it is UTF-8. */
export function guessEncoding(sample: Uint8Array): Encoding {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const head = sample.subarray(0, 1_024);
  const nulsAt = (parity: number) => head.reduce((sum, byte, at) => sum + (byte === 0 && at % 2 === parity ? 1 : 0), 0);
  if (nulsAt(1) > head.length / 4) return "utf-16le";
  if (nulsAt(0) > head.length / 4) return "utf-16be";
  return isUtf8(sample) ? "utf-8" : "windows-1252";
}

/** The one that parts the sample into rows of one length, whose cells are times, numbers or words. */
export function guessSeparator(text: string): Separator {
  const hint = /^\uFEFF?"?sep=(.)/i.exec(text)?.[1];
  const hinted = SEPARATORS.find((separator) => separator === hint);
  if (hinted !== undefined) return hinted;
  const scored = SEPARATORS.map((separator) => ({ separator, score: scoreOf(text, separator) }));
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).separator;
}

function scoreOf(text: string, separator: Separator): number {
  const rows: (readonly string[])[] = [];
  for (const { cells } of new CsvReader(separator).rows(text, true)) {
    if (cells !== null && !cells[0]?.startsWith("#")) rows.push(cells);
    if (rows.length === MAX_SAMPLE_ROWS) break;
  }
  const byLength = [...Map.groupBy(rows, ({ length }) => length)].sort(([, a], [, b]) => b.length - a.length);
  const [commonest] = byLength;
  if (commonest === undefined || commonest[0] < 2) return 0;
  const [, usual] = commonest;
  const cells = usual.flat().filter((cell) => cell !== "");
  const clean = cells.filter((cell) => isClean(cell, separator)).length / Math.max(1, cells.length);
  return (usual.length / rows.length) * clean;
}

function isClean(cell: string, separator: Separator): boolean {
  const text = cell.trim();
  if (DECIMAL_COMMA.test(text)) return separator !== ",";
  if (readText(text).kind !== "text" || isDateText(text) || isClockText(text)) return true;
  return !SEPARATORS.some((other) => other !== separator && text.includes(other));
}

function isUtf8(sample: Uint8Array): boolean {
  for (let cut = 0; cut < MAX_CHARACTER_BYTES; cut++) {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(sample.subarray(0, sample.length - cut));
      return true;
    } catch {
      // It may end within a character.
    }
  }
  return false;
}
