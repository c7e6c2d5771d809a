// Readings -> CSV (RFC 4180), safe to open in a spreadsheet. Exports have millions of rows: what a row costs, counts.
import type { CsvFormat, ReadingPage, SeriesKey } from "../store/readings.ts";
import { RowBytes } from "./row-bytes.ts";
import { zonedTimeFormatter } from "./zoned-time.ts";

/** Writes the lines of one file. */
export interface CsvWriter {
  /** Pages in order of time; all rows of one time are in one page. The first one comes with the header. */
  write(page: ReadingPage, isFirst: boolean): Uint8Array<ArrayBuffer>;
}

/** `series` are all that the file may hold. */
export function csvWriter(format: CsvFormat, series: readonly SeriesKey[]): CsvWriter {
  return format.layout === "long" ? new LongRows(format) : new WideRows(format, series);
}

/** A row per reading. */
class LongRows implements CsvWriter {
  readonly #line: (fields: readonly string[]) => string;
  readonly #bytes: RowBytes;

  constructor({ separator, timeZone }: CsvFormat) {
    this.#line = lineWriter(separator);
    this.#bytes = new RowBytes(zonedTimeFormatter(timeZone));
  }

  write({ series, seriesIndex, tsMs, values }: ReadingPage, isFirst: boolean): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    if (isFirst) bytes.raw(Buffer.from(this.#line(["time", "device", "metric", "value"])));
    // All that stands between the time and the value, with its separators.
    const names = series.map(({ device, metric }) =>
      Buffer.from(this.#line(["", safeText(device), safeText(metric), ""]).slice(0, -2)),
    );
    for (let row = 0; row < tsMs.length; row++) {
      const name = names[seriesIndex[row] ?? 0];
      if (name === undefined) continue;
      bytes.time(tsMs[row] ?? 0);
      bytes.raw(name);
      bytes.number(values[row] ?? 0);
      bytes.endLine();
    }
    return bytes.take();
  }
}

/** A row per device and time, a column per metric. */
class WideRows implements CsvWriter {
  readonly #line: (fields: readonly string[]) => string;
  readonly #time: (tsMs: number) => string;
  readonly #metrics: readonly string[];
  readonly #columns: ReadonlyMap<string, number>;

  constructor({ separator, timeZone }: CsvFormat, series: readonly SeriesKey[]) {
    this.#line = lineWriter(separator);
    this.#time = zonedTimeFormatter(timeZone);
    this.#metrics = [...new Set(series.map(({ metric }) => metric))].sort();
    this.#columns = new Map(this.#metrics.map((metric, index) => [metric, index]));
  }

  write({ series, seriesIndex, tsMs, values }: ReadingPage, isFirst: boolean): Uint8Array<ArrayBuffer> {
    let text = isFirst ? this.#line(["time", "device", ...this.#metrics.map(safeText)]) : "";
    /** The cells of each device at one time. */
    const open = new Map<string, string[]>();
    for (let row = 0; row < tsMs.length; row++) {
      const key = series[seriesIndex[row] ?? 0];
      // A metric that appeared while the file was being written has no column.
      const column = key === undefined ? undefined : this.#columns.get(key.metric);
      if (key !== undefined && column !== undefined) {
        const cells = open.get(key.device) ?? new Array<string>(this.#metrics.length).fill("");
        cells[column] = String(values[row]);
        open.set(key.device, cells);
      }
      if (tsMs[row + 1] === tsMs[row]) continue;
      const time = this.#time(tsMs[row] ?? 0);
      for (const [device, cells] of open) text += this.#line([time, safeText(device), ...cells]);
      open.clear();
    }
    return new TextEncoder().encode(text);
  }
}

function lineWriter(separator: string): (fields: readonly string[]) => string {
  const special = new RegExp(`["\r\n${separator}]`);
  const quote = (field: string) => (special.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  return (fields) => `${fields.map(quote).join(separator)}\r\n`;
}

/** A spreadsheet runs a cell that begins like a formula; an apostrophe in front makes it text. */
function safeText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
