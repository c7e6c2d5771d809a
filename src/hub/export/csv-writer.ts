// Readings -> CSV (RFC 4180), safe to open in a spreadsheet. Exports have millions of rows: what a row costs, counts. A row
// is written as it comes, cell by cell: of half a million columns, most may be empty.

import type { CsvFormat } from "./export-format.ts";
import type { ExportSeries, ExportWriter } from "./export-writer.ts";
import { NoteColumn } from "./note-column.ts";
import { RowBytes } from "./row-bytes.ts";
import { localTimeFormatter, zonedTimeFormatter } from "./zoned-time.ts";

/** `notes`: of an earlier writer, where this one goes on with its file. */
export function csvWriter(format: CsvFormat, series: ExportSeries, notes = noteColumnOf(format, series)): ExportWriter {
  const { time, timeZone, decimal } = format;
  const formatTime = time === "iso" ? zonedTimeFormatter(timeZone) : localTimeFormatter(timeZone);
  // A spreadsheet reads seconds as it reads numbers; programs know the point alone in ISO 8601, which takes a comma as well.
  const bytes = new RowBytes({ formatTime, decimal, timeDecimal: time === "iso" ? "." : decimal });
  const separator = format.separator.charCodeAt(0);
  const parts = { series, bytes, separator, notes };
  return format.layout === "long" ? new LongRows(parts) : new WideRows(parts);
}

/** Null for a file without notes. */
export function noteColumnOf({ notes }: CsvFormat, { devices }: Pick<ExportSeries, "devices">): NoteColumn | null {
  return notes === undefined ? null : new NoteColumn(notes, devices);
}

interface Parts {
  readonly series: ExportSeries;
  readonly bytes: RowBytes;
  readonly separator: number;
  readonly notes: NoteColumn | null;
}

/** A row per reading. */
class LongRows implements ExportWriter {
  readonly #series: ExportSeries;
  readonly #bytes: RowBytes;
  readonly #separator: number;
  readonly #notes: NoteColumn | null;

  constructor({ series, bytes, separator, notes }: Parts) {
    this.#series = series;
    this.#bytes = bytes;
    this.#separator = separator;
    this.#notes = notes;
  }

  get columns(): number {
    return LONG_COLUMNS.length + (this.#notes === null ? 0 : 1);
  }

  get length(): number {
    return this.#bytes.length;
  }

  begin(buffer: ArrayBuffer): void {
    this.#bytes.begin(buffer);
  }

  header(column: number): void {
    this.#bytes.raw(LONG_COLUMNS[column] ?? NOTE_COLUMN);
    endCell(this.#bytes, column, this.columns, this.#separator);
  }

  row(place: number, tsMs: number, value: number): void {
    const { devices, metrics, deviceOf, metricOf } = this.#series;
    const bytes = this.#bytes;
    bytes.time(tsMs);
    bytes.repeat(this.#separator, 1);
    devices.writeTo(bytes, deviceOf[place] ?? 0);
    bytes.repeat(this.#separator, 1);
    metrics.writeTo(bytes, metricOf[place] ?? 0);
    bytes.repeat(this.#separator, 1);
    bytes.number(value);
    if (this.#notes !== null) {
      bytes.repeat(this.#separator, 1);
      this.#notes.writeTo(bytes, deviceOf[place] ?? 0, tsMs);
    }
    bytes.endLine();
  }

  end(): void {
    writeRest(this.#bytes, this.#notes, this.#separator, LONG_COLUMNS.length);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.bytes();
  }
}

/** A row per device and time, a column per metric. */
class WideRows implements ExportWriter {
  readonly #series: ExportSeries;
  readonly #bytes: RowBytes;
  readonly #separator: number;
  readonly #notes: NoteColumn | null;
  /** The row under way; no device where there is none. */
  #tsMs = 0;
  #device: number | null = null;
  /** Metrics that it has a cell of. */
  #cells = 0;

  constructor({ series, bytes, separator, notes }: Parts) {
    this.#series = series;
    this.#bytes = bytes;
    this.#separator = separator;
    this.#notes = notes;
  }

  get columns(): number {
    return WIDE_COLUMNS.length + this.#series.metrics.count + (this.#notes === null ? 0 : 1);
  }

  get length(): number {
    return this.#bytes.length;
  }

  begin(buffer: ArrayBuffer): void {
    this.#bytes.begin(buffer);
  }

  header(column: number): void {
    const fixed = WIDE_COLUMNS[column];
    const metric = column - WIDE_COLUMNS.length;
    if (fixed !== undefined) this.#bytes.raw(fixed);
    else if (metric < this.#series.metrics.count) this.#series.metrics.writeTo(this.#bytes, metric);
    else this.#bytes.raw(NOTE_COLUMN);
    endCell(this.#bytes, column, this.columns, this.#separator);
  }

  row(place: number, tsMs: number, value: number): void {
    const { devices, deviceOf, metricOf } = this.#series;
    const device = deviceOf[place] ?? 0;
    const bytes = this.#bytes;
    if (device !== this.#device || tsMs !== this.#tsMs) {
      this.#endRow();
      bytes.time(tsMs);
      bytes.repeat(this.#separator, 1);
      devices.writeTo(bytes, device);
      this.#device = device;
      this.#tsMs = tsMs;
      this.#cells = 0;
    }
    const cell = (metricOf[place] ?? 0) + 1;
    bytes.repeat(this.#separator, cell - this.#cells);
    bytes.number(value);
    this.#cells = cell;
  }

  end(): void {
    this.#endRow();
    writeRest(this.#bytes, this.#notes, this.#separator, WIDE_COLUMNS.length + this.#series.metrics.count);
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#endRow();
    return this.#bytes.bytes();
  }

  #endRow(): void {
    if (this.#device === null) return;
    this.#bytes.repeat(this.#separator, this.#series.metrics.count - this.#cells);
    if (this.#notes !== null) {
      this.#bytes.repeat(this.#separator, 1);
      this.#notes.writeTo(this.#bytes, this.#device, this.#tsMs);
    }
    this.#bytes.endLine();
    this.#device = null;
  }
}

/** Rows of notes without a reading: time, device, and behind all other columns the note. */
function writeRest(bytes: RowBytes, notes: NoteColumn | null, separator: number, columns: number): void {
  for (const { tsMs, device, note } of notes?.rest() ?? []) {
    bytes.time(tsMs);
    bytes.repeat(separator, 1);
    bytes.raw(device);
    bytes.repeat(separator, columns - 1);
    bytes.raw(note);
    bytes.endLine();
  }
}

function endCell(bytes: RowBytes, column: number, columns: number, separator: number): void {
  if (column + 1 < columns) bytes.repeat(separator, 1);
  else bytes.endLine();
}

const LONG_COLUMNS = ["time", "device", "metric", "value"].map((name) => Buffer.from(name));
const NOTE_COLUMN = Buffer.from("note");
const WIDE_COLUMNS = ["time", "device"].map((name) => Buffer.from(name));
