// The beginning of a file -> its most likely form. Choices of a person are not guessed; parts that depend on them (columns on the
// separator, times on the columns) are guessed again.
import type { ImportColumn, ImportForm, ImportFormChanges, TimeForm } from "../../../shared/history/import.ts";
import { isTimeZone } from "../../export/zoned-time.ts";
import { deviceOfFile } from "../names.ts";
import { TableRows } from "../table-rows.ts";
import { dayAndMonth, epochFormOf, isDateText, readTime } from "../time-text.ts";
import { guessColumns, hasTitles, type Table } from "./columns.ts";
import { guessEncoding, guessSeparator } from "./layout.ts";

/** Of the sample. */
const MAX_SAMPLE_ROWS = 3_000;

export interface Sample {
  readonly bytes: Uint8Array;
  /** Whether it is the whole file. */
  readonly isWhole: boolean;
  readonly fileName: string;
  /** IANA name; of times without an offset, until a person chooses another one. */
  readonly zone: string;
}

export interface Guess {
  readonly form: ImportForm;
  readonly titles: readonly string[];
  /** Day or month first: nothing in the sample decides it. */
  readonly isDayOrderGuessed: boolean;
  /** The times have no offset. */
  readonly isZoneNeeded: boolean;
}

export function guessForm(sample: Sample, chosen: ImportFormChanges): Guess {
  const encoding = chosen.encoding ?? guessEncoding(sample.bytes);
  const text = new TextDecoder(encoding).decode(sample.bytes);
  const separator = chosen.separator ?? guessSeparator(text);
  const plain = tableOf(sample, { encoding, separator, header: false });
  const header = chosen.header ?? hasTitles(withoutPreamble(plain.rows));
  const table = header ? tableOf(sample, { encoding, separator, header }) : plain;
  const columns = chosen.columns ?? guessColumns(table);
  const times = table.rows.map((row) => timeTextOf(row, columns)).filter((time) => time !== "");
  const guessed = guessTimeForm(times, table);
  const decimal = chosen.decimal ?? guessDecimal(table, columns);
  const time = chosen.time ?? guessed.form;
  const zone = chosen.zone ?? (isTimeZone(sample.zone) ? sample.zone : "UTC");
  return {
    form: {
      encoding,
      separator,
      decimal,
      header,
      columns,
      time,
      zone,
      device: chosen.device ?? deviceFor(sample, table),
    },
    titles: table.titles,
    isDayOrderGuessed: chosen.time === undefined && guessed.isOrderGuessed,
    isZoneNeeded: times.some((text) => readTime(text, time).kind === "local"),
  };
}

function tableOf({ bytes, isWhole }: Sample, form: Pick<ImportForm, "encoding" | "separator" | "header">): Table {
  const reader = new TableRows(form);
  const rows: (readonly string[])[] = [];
  for (const { cells } of reader.rows(bytes, isWhole)) {
    if (cells !== null) rows.push(cells);
    if (rows.length === MAX_SAMPLE_ROWS) break;
  }
  return { titles: reader.titles, rows };
}

/** Lines of text in front of the table have one cell each. */
function withoutPreamble(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const start = rows.findIndex(({ length }) => length > 1);
  return start < 0 ? rows : rows.slice(start);
}

function timeTextOf(row: readonly string[], columns: readonly ImportColumn[]): string {
  const cell = (role: string) => row[columns.findIndex((column) => column.role === role)]?.trim() ?? "";
  return cell("time") || `${cell("date")} ${cell("clock")}`.trim();
}

interface GuessedTime {
  readonly form: TimeForm;
  readonly isOrderGuessed: boolean;
}

function guessTimeForm(times: readonly string[], table: Table): GuessedTime {
  const dates = times.filter(isDateText);
  if (dates.length * 2 < times.length) {
    const numbers = times.map((text) => Number(text.replace(",", "."))).filter(Number.isFinite);
    const form = epochFormOf(numbers[numbers.length >> 1] ?? Number.NaN);
    return { form: form ?? "iso", isOrderGuessed: false };
  }
  const pairs = dates.flatMap((text) => [dayAndMonth(text) ?? []]).filter((pair) => pair.length === 2);
  if (pairs.length * 2 < dates.length) return { form: "iso", isOrderGuessed: false };
  if (pairs.some(([first]) => first > 12)) return { form: "day-first", isOrderGuessed: false };
  if (pairs.some(([, second]) => second > 12)) return { form: "month-first", isOrderGuessed: false };
  return guessOrder(dates, table);
}

/** Rows follow each other in time: the order in which they lie closer together is the likelier one. */
function guessOrder(dates: readonly string[], table: Table): GuessedTime {
  const [dayFirst, monthFirst] = [pathLength(dates, "day-first"), pathLength(dates, "month-first")];
  if (Math.max(dayFirst, monthFirst) > 2 * Math.min(dayFirst, monthFirst))
    return { form: dayFirst < monthFirst ? "day-first" : "month-first", isOrderGuessed: false };
  const looksAmerican = dates.some((text) => text.includes("/")) && !usesDecimalComma(table);
  return { form: looksAmerican ? "month-first" : "day-first", isOrderGuessed: true };
}

function pathLength(dates: readonly string[], form: TimeForm): number {
  let length = 0;
  let beforeMs: number | null = null;
  for (const text of dates) {
    const read = readTime(text, form);
    if (!("ms" in read)) return Number.POSITIVE_INFINITY;
    if (beforeMs !== null) length += Math.abs(read.ms - beforeMs);
    beforeMs = read.ms;
  }
  return length;
}

const DECIMAL_COMMA = /^[+-]?\d+(?:\.\d{3})*,\d+(?:[^\d.].*)?$/;
const DECIMAL_POINT = /^[+-]?\d+(?:,\d{3})*\.\d+(?:[^\d,].*)?$/;

function usesDecimalComma({ rows }: Table): boolean {
  return rows.some((row) => row.some((cell) => DECIMAL_COMMA.test(cell.trim())));
}

/** A comma, where values have one and none has a point in its place. */
function guessDecimal({ rows }: Table, columns: readonly ImportColumn[]): "." | "," {
  const places = columns.flatMap(({ role }, at) => (role === "value" ? [at] : []));
  const values = rows.flatMap((row) => places.map((at) => row[at]?.trim() ?? ""));
  if (values.some((value) => DECIMAL_POINT.test(value))) return ".";
  return values.some((value) => DECIMAL_COMMA.test(value)) ? "," : ".";
}

/** Home Assistant names no device: its entities are the metrics of one. */
function deviceFor({ fileName }: Sample, { titles }: Table): string {
  return titles.includes("entity_id") ? "home-assistant" : deviceOfFile(fileName);
}
