// Readings -> CSV (RFC 4180), safe to open in a spreadsheet. Exports have millions of rows: what a row costs, counts.
import type { CsvFormat, SeriesKey } from "../store/readings.ts";
import { RowBytes } from "./row-bytes.ts";
import { zonedTimeFormatter } from "./zoned-time.ts";

/** Writes a piece of a file: the header where it is the first one, then rows. */
export interface CsvWriter {
  header(): void;
  /** A reading of `series[index]`, in order of time; all readings of one time are in one piece. */
  row(index: number, tsMs: number, value: number): void;
  /** Bytes written so far. */
  readonly length: number;
  /** The piece; in `buffer`, where it had room. */
  finish(): Uint8Array<ArrayBuffer>;
}

/** `series` are all that the file may hold. */
export function csvWriter(format: CsvFormat, series: readonly SeriesKey[], buffer: ArrayBuffer): CsvWriter {
  const bytes = new RowBytes(buffer, zonedTimeFormatter(format.timeZone));
  const line = lineWriter(format.separator);
  return format.layout === "long" ? new LongRows(line, series, bytes) : new WideRows(line, series, bytes);
}

type Line = (fields: readonly string[]) => Buffer;

/** A row per reading. */
class LongRows implements CsvWriter {
  readonly #line: Line;
  readonly #bytes: RowBytes;
  /** Of each series what stands between time and value, with its separators. */
  readonly #names: readonly Buffer[];

  constructor(line: Line, series: readonly SeriesKey[], bytes: RowBytes) {
    this.#line = line;
    this.#bytes = bytes;
    this.#names = series.map(({ device, metric }) => line(["", safeText(device), safeText(metric), ""]));
  }

  get length(): number {
    return this.#bytes.length;
  }

  header(): void {
    this.#bytes.raw(this.#line(["time", "device", "metric", "value"]));
    this.#bytes.endLine();
  }

  row(index: number, tsMs: number, value: number): void {
    const name = this.#names[index];
    if (name === undefined) return;
    this.#bytes.time(tsMs);
    this.#bytes.raw(name);
    this.#bytes.number(value);
    this.#bytes.endLine();
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.bytes();
  }
}

/** A row per device and time, a column per metric. */
class WideRows implements CsvWriter {
  readonly #line: Line;
  readonly #bytes: RowBytes;
  readonly #separator: Buffer;
  readonly #metrics: readonly string[];
  readonly #places: readonly { readonly device: string; readonly column: number }[];
  /** The cells of each device at the time of the rows that came last; NaN where a cell is empty. */
  readonly #open = new Map<string, Float64Array>();
  #tsMs = 0;

  constructor(line: Line, series: readonly SeriesKey[], bytes: RowBytes) {
    this.#line = line;
    this.#bytes = bytes;
    this.#separator = line(["", ""]);
    this.#metrics = [...new Set(series.map(({ metric }) => metric))].sort();
    const columns = new Map(this.#metrics.map((metric, index) => [metric, index]));
    this.#places = series.map(({ device, metric }) => ({ device, column: columns.get(metric) ?? 0 }));
  }

  get length(): number {
    return this.#bytes.length;
  }

  header(): void {
    this.#bytes.raw(this.#line(["time", "device", ...this.#metrics.map(safeText)]));
    this.#bytes.endLine();
  }

  row(index: number, tsMs: number, value: number): void {
    if (tsMs !== this.#tsMs) this.#close();
    this.#tsMs = tsMs;
    const place = this.#places[index];
    if (place === undefined) return;
    const cells = this.#open.get(place.device) ?? new Float64Array(this.#metrics.length).fill(Number.NaN);
    cells[place.column] = value;
    this.#open.set(place.device, cells);
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#close();
    return this.#bytes.bytes();
  }

  #close(): void {
    const bytes = this.#bytes;
    for (const [device, cells] of this.#open) {
      bytes.time(this.#tsMs);
      bytes.raw(this.#line(["", safeText(device)]));
      for (const value of cells) {
        bytes.raw(this.#separator);
        if (!Number.isNaN(value)) bytes.number(value);
      }
      bytes.endLine();
    }
    this.#open.clear();
  }
}

/** Without the end of the line. */
function lineWriter(separator: string): Line {
  const special = new RegExp(`["\r\n${separator}]`);
  const quote = (field: string) => (special.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  return (fields) => Buffer.from(fields.map(quote).join(separator));
}

/** A spreadsheet runs a cell that begins like a formula; an apostrophe in front makes it text. */
function safeText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
