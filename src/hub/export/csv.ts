// Readings -> CSV (RFC 4180), a page at a time: whatever is asked for, it never lies in memory whole.
import type { PageQuery, ReadingPage, ReadingPosition, ReadingStore, SeriesKey } from "../store/readings.ts";
import { zonedTimeFormatter } from "./zoned-time.ts";

export interface CsvOptions {
  readonly separator: "," | ";" | "\t";
  /** IANA name of the time column's zone. */
  readonly timeZone: string;
  /** long: a row per reading; wide: a row per device and time, a column per metric. */
  readonly layout: "long" | "wide";
}

export type CsvQuery = Pick<PageQuery, "devices" | "metrics" | "fromMs" | "toMs">;

const ROWS_PER_PAGE = 10_000;

/** Yields the text of the file in pieces, oldest reading first; the reader's pace decides when the next page is read. */
export async function* csv(readings: ReadingStore, query: CsvQuery, options: CsvOptions): AsyncGenerator<string> {
  const writer = options.layout === "long" ? new LongRows(options) : new WideRows(options);
  let started = false;
  let after: ReadingPosition | null = null;
  for (;;) {
    const page: ReadingPage = await readings.page({ ...query, order: "oldest-first", after, limit: ROWS_PER_PAGE });
    if (!started) yield writer.header(page.series);
    started = true;
    yield writer.rows(page);
    const last = positionOfLast(page);
    if (!page.more || last === null) break;
    after = last;
  }
  yield writer.end();
}

/** Where a page ends; null when it is empty. */
export function positionOfLast(page: ReadingPage): ReadingPosition | null {
  const index = page.tsMs.length - 1;
  const series = page.series[page.seriesIndex[index] ?? -1];
  const tsMs = page.tsMs[index];
  return series === undefined || tsMs === undefined ? null : { tsMs, ...series };
}

class LongRows {
  readonly #line: (fields: readonly string[]) => string;
  readonly #time: (tsMs: number) => string;

  constructor({ separator, timeZone }: CsvOptions) {
    this.#line = lineWriter(separator);
    this.#time = zonedTimeFormatter(timeZone);
  }

  header(_: readonly SeriesKey[]): string {
    return this.#line(["time", "device", "metric", "value"]);
  }

  rows({ series, seriesIndex, tsMs, values }: ReadingPage): string {
    const names = series.map(({ device, metric }) => [safeText(device), safeText(metric)] as const);
    let text = "";
    for (let row = 0; row < tsMs.length; row++) {
      const [device = "", metric = ""] = names[seriesIndex[row] ?? -1] ?? [];
      text += this.#line([this.#time(tsMs[row] ?? 0), device, metric, String(values[row])]);
    }
    return text;
  }

  end(): string {
    return "";
  }
}

class WideRows {
  readonly #line: (fields: readonly string[]) => string;
  readonly #time: (tsMs: number) => string;
  #columns = new Map<string, number>();
  /** Rows of one time, one per device: the next page may go on with them. */
  #open = new Map<string, string[]>();
  #openTsMs = Number.NaN;

  constructor({ separator, timeZone }: CsvOptions) {
    this.#line = lineWriter(separator);
    this.#time = zonedTimeFormatter(timeZone);
  }

  header(series: readonly SeriesKey[]): string {
    const metrics = [...new Set(series.map(({ metric }) => metric))].sort();
    this.#columns = new Map(metrics.map((metric, index) => [metric, index]));
    return this.#line(["time", "device", ...metrics.map(safeText)]);
  }

  rows({ series, seriesIndex, tsMs, values }: ReadingPage): string {
    let text = "";
    for (let row = 0; row < tsMs.length; row++) {
      const key = series[seriesIndex[row] ?? -1];
      // A metric that appeared while the file was being written has no column.
      const column = key === undefined ? undefined : this.#columns.get(key.metric);
      if (key === undefined || column === undefined) continue;
      if (tsMs[row] !== this.#openTsMs) {
        text += this.end();
        this.#openTsMs = tsMs[row] ?? 0;
      }
      const cells = this.#open.get(key.device) ?? new Array<string>(this.#columns.size).fill("");
      cells[column] = String(values[row]);
      this.#open.set(key.device, cells);
    }
    return text;
  }

  end(): string {
    let text = "";
    for (const [device, cells] of this.#open) {
      text += this.#line([this.#time(this.#openTsMs), safeText(device), ...cells]);
    }
    this.#open.clear();
    return text;
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
